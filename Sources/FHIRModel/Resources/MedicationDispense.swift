extension FHIR {
    /// R4 MedicationDispense: one box.
    public struct MedicationDispense: ResourceBody {
        public enum Status: String, Codable, Sendable, Hashable {
            case preparation, cancelled, completed, stopped, declined, unknown
            case inProgress = "in-progress"
            case onHold = "on-hold"
            case enteredInError = "entered-in-error"
        }

        public struct Performer: Codable, Sendable, Hashable {
            public let actor: Reference

            public init(actor: Reference) { self.actor = actor }
        }

        public var id: String?
        public var meta: Meta?
        public var contained: [Resource]?
        public var `extension`: [Extension]?
        public var identifier: [Identifier]?
        public let status: Status
        public var statusReasonCodeableConcept: CodeableConcept?
        public let medicationReference: Reference
        public var subject: Reference?
        public var context: Reference?
        public var performer: [Performer]?
        public var authorizingPrescription: [Reference]?
        public var quantity: Quantity?
        public var whenPrepared: String?
        public var whenHandedOver: String?

        public init(status: Status, medication: Reference) {
            self.status = status
            medicationReference = medication
        }
    }
}
