extension FHIR {
    /// R4 MedicationRequest: one line of a prescription.
    public struct MedicationRequest: ResourceBody {
        public enum Status: String, Codable, Sendable, Hashable {
            case active, cancelled, completed, stopped, draft, unknown
            case onHold = "on-hold"
            case enteredInError = "entered-in-error"
        }

        public struct DispenseRequest: Codable, Sendable, Hashable {
            public var validityPeriod: Period?
            public var quantity: Quantity?
            public var expectedSupplyDuration: Quantity?

            public init(validityPeriod: Period, quantity: Quantity, expectedSupplyDuration: Quantity) {
                self.validityPeriod = validityPeriod
                self.quantity = quantity
                self.expectedSupplyDuration = expectedSupplyDuration
            }
        }

        public var id: String?
        public var meta: Meta?
        public var identifier: [Identifier]?
        public let status: Status
        /// `order`.
        public let intent: String
        public let medicationCodeableConcept: CodeableConcept
        public let subject: Reference
        public var encounter: Reference?
        public var authoredOn: String?
        public var requester: Reference?
        public var reasonCode: [CodeableConcept]?
        public var groupIdentifier: Identifier?
        public var dosageInstruction: [Dosage]?
        public var dispenseRequest: DispenseRequest?

        public init(status: Status, intent: String, medication: CodeableConcept, subject: Reference) {
            self.status = status
            self.intent = intent
            medicationCodeableConcept = medication
            self.subject = subject
        }
    }
}
