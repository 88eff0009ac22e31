extension FHIR {
    /// R4 Dosage.
    public struct Dosage: Codable, Sendable, Hashable {
        public struct DoseAndRate: Codable, Sendable, Hashable {
            public var doseQuantity: Quantity?

            public init(doseQuantity: Quantity) { self.doseQuantity = doseQuantity }
        }

        public struct Timing: Codable, Sendable, Hashable {
            public var code: CodeableConcept?

            public init(code: CodeableConcept) { self.code = code }
        }

        public var text: String?
        public var timing: Timing?
        public var route: CodeableConcept?
        public var doseAndRate: [DoseAndRate]?

        public init(text: String) { self.text = text }
    }
}
