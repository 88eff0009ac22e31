extension FHIR {
    /// R4 Provenance: who made the targets, from what, with which signature.
    public struct Provenance: ResourceBody {
        public struct Agent: Codable, Sendable, Hashable {
            public var type: CodeableConcept?
            public let who: Reference

            public init(type: CodeableConcept, who: Reference) {
                self.type = type
                self.who = who
            }
        }

        public struct Entity: Codable, Sendable, Hashable {
            /// `derivation`, `revision`, `quotation`, `source` or `removal`.
            public let role: String
            public let what: Reference

            public init(role: String, what: Reference) {
                self.role = role
                self.what = what
            }
        }

        public var id: String?
        public var meta: Meta?
        public let target: [Reference]
        /// instant
        public let recorded: String
        public let agent: [Agent]
        public var entity: [Entity]?
        public var signature: [Signature]?

        public init(target: [Reference], recorded: String, agent: [Agent]) {
            self.target = target
            self.recorded = recorded
            self.agent = agent
        }
    }
}
