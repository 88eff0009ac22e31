extension FHIR {
    /// R4 Medication: the box that was given, contained in its dispense.
    public struct Medication: ResourceBody {
        public struct Batch: Codable, Sendable, Hashable {
            public var lotNumber: String?
            public var expirationDate: String?

            public init(lotNumber: String, expirationDate: String? = nil) {
                self.lotNumber = lotNumber
                self.expirationDate = expirationDate
            }
        }

        public var id: String?
        public var meta: Meta?
        public var identifier: [Identifier]?
        public var code: CodeableConcept?
        public var batch: Batch?

        public init(id: String) { self.id = id }
    }
}
