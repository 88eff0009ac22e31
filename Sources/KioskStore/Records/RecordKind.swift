/// The kinds of record that the store keeps.
public enum RecordKind: String, Codable, Sendable, Hashable, CaseIterable {
    case visit
    case prescription
    case dispense
    case print
    case session
    case faceTemplates = "face-templates"
    case evidence
    case registryState = "registry-state"
    case agentState = "agent-state"
    /// Who asked that a patient's keys be destroyed.
    case erasure
    case cabinetSlot = "cabinet-slot"
    case cabinetBox = "cabinet-box"
    case refill
    case recall
    case temperature
    /// What a technician did with the cabinet's machine.
    case cabinetAct = "cabinet-act"
}
