/// The kind of service that a kiosk may give; denied unless configured.
public enum ServiceMode: String, Codable, Sendable, Hashable, CaseIterable {
    case internetFollowUp = "internet-followup"
    case clinicOnsite = "clinic-onsite"
    case retailVending = "retail-vending"
}

/// Where a visit stands. Each state is persisted before the act that follows it.
public enum VisitState: String, Codable, Sendable, Hashable, CaseIterable {
    /// The card was read; the patient is with the doctor.
    case opened
    /// A prescription was drafted and passed the rules.
    case prescribed
    /// Both signatures are stored.
    case signed
    /// Boxes are being dispensed; each box has a dispense transaction of its own.
    case dispensing
    /// Every box has a known good outcome.
    case dispensed
    /// The slip is being printed.
    case printing
    /// All is done; the bundle is in the outbox.
    case closed
    /// An outcome is not known or not good; a person must look and record it.
    case needsPerson
    /// Ended before it was complete; what happened is in the bundle.
    case aborted

    public var isEnded: Bool { self == .closed || self == .aborted }
}

/// One patient's stay at the kiosk, from card to goodbye (FHIR Encounter).
public struct Visit: Codable, Sendable, Hashable, Identifiable {
    public let id: VisitID
    public var state: VisitState
    public let mode: ServiceMode
    public let openedAt: Stamp
    public var closedAt: Stamp?
    public let patient: PatientIdentity
    public var prescription: PrescriptionID?
    /// The trouble that the visit met last and that is not yet overcome.
    public var fault: Fault?
    /// Which parts were simulated (`reader`, `doctor-key`, …); empty on real hardware.
    public var simulated: Set<String>

    public init(id: VisitID, mode: ServiceMode, openedAt: Stamp, patient: PatientIdentity, simulated: Set<String>) {
        self.id = id
        self.state = .opened
        self.mode = mode
        self.openedAt = openedAt
        self.patient = patient
        self.simulated = simulated
    }
}
