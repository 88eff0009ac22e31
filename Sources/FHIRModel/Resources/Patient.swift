extension FHIR {
    /// R4 Patient, as the card said it.
    public struct Patient: ResourceBody {
        public struct HumanName: Codable, Sendable, Hashable {
            public var text: String?

            public init(text: String) { self.text = text }
        }

        public var id: String?
        public var meta: Meta?
        public var identifier: [Identifier]?
        public var name: [HumanName]?
        /// `male`, `female`, `other` or `unknown`.
        public var gender: String?
        /// date
        public var birthDate: String?

        public init() {}
    }
}
