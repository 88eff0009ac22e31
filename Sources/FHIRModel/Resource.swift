extension FHIR {
    /// Any resource of the kinds that the kiosk uses; `resourceType` is written and read here.
    public indirect enum Resource: Codable, Sendable, Hashable {
        case auditEvent(AuditEvent)
        case binary(Binary)
        case bundle(Bundle)
        case detectedIssue(DetectedIssue)
        case encounter(Encounter)
        case medication(Medication)
        case medicationDispense(MedicationDispense)
        case medicationRequest(MedicationRequest)
        case operationOutcome(OperationOutcome)
        case patient(Patient)
        case provenance(Provenance)

        private enum Keys: String, CodingKey { case resourceType }

        public var type: String {
            switch self {
            case .auditEvent: "AuditEvent"
            case .binary: "Binary"
            case .bundle: "Bundle"
            case .detectedIssue: "DetectedIssue"
            case .encounter: "Encounter"
            case .medication: "Medication"
            case .medicationDispense: "MedicationDispense"
            case .medicationRequest: "MedicationRequest"
            case .operationOutcome: "OperationOutcome"
            case .patient: "Patient"
            case .provenance: "Provenance"
            }
        }

        private var body: any ResourceBody {
            switch self {
            case .auditEvent(let body): body
            case .binary(let body): body
            case .bundle(let body): body
            case .detectedIssue(let body): body
            case .encounter(let body): body
            case .medication(let body): body
            case .medicationDispense(let body): body
            case .medicationRequest(let body): body
            case .operationOutcome(let body): body
            case .patient(let body): body
            case .provenance(let body): body
            }
        }

        public var id: String? { body.id }
        public var meta: Meta? { body.meta }

        public init(from decoder: any Decoder) throws {
            let type = try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .resourceType)
            switch type {
            case "AuditEvent": self = .auditEvent(try AuditEvent(from: decoder))
            case "Binary": self = .binary(try Binary(from: decoder))
            case "Bundle": self = .bundle(try Bundle(from: decoder))
            case "DetectedIssue": self = .detectedIssue(try DetectedIssue(from: decoder))
            case "Encounter": self = .encounter(try Encounter(from: decoder))
            case "Medication": self = .medication(try Medication(from: decoder))
            case "MedicationDispense": self = .medicationDispense(try MedicationDispense(from: decoder))
            case "MedicationRequest": self = .medicationRequest(try MedicationRequest(from: decoder))
            case "OperationOutcome": self = .operationOutcome(try OperationOutcome(from: decoder))
            case "Patient": self = .patient(try Patient(from: decoder))
            case "Provenance": self = .provenance(try Provenance(from: decoder))
            default:
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "resourceType is not known here"))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(type, forKey: .resourceType)
            try body.encode(to: encoder)
        }
    }

    /// What all resources have.
    public protocol ResourceBody: Codable, Sendable, Hashable {
        var id: String? { get set }
        var meta: Meta? { get set }
    }
}
