extension FHIR {
    /// R4 Encounter: one visit.
    public struct Encounter: ResourceBody {
        public enum Status: String, Codable, Sendable, Hashable {
            case planned, arrived, triaged, onleave, finished, cancelled, unknown
            case inProgress = "in-progress"
            case enteredInError = "entered-in-error"
        }

        public struct Participant: Codable, Sendable, Hashable {
            public var individual: Reference?

            public init(individual: Reference) { self.individual = individual }
        }

        public var id: String?
        public var meta: Meta?
        public var identifier: [Identifier]?
        public let status: Status
        public let `class`: Coding
        public var type: [CodeableConcept]?
        public var subject: Reference?
        public var participant: [Participant]?
        public var period: Period?
        public var reasonCode: [CodeableConcept]?
        public var serviceProvider: Reference?

        public init(status: Status, class: Coding) {
            self.status = status
            self.class = `class`
        }
    }
}
