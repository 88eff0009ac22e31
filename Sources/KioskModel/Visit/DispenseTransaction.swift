/// What became of one order to the cabinet.
public enum DispenseOutcome: String, Codable, Sendable, Hashable, CaseIterable {
    /// The drop sensor saw the box fall.
    case done
    /// The motor turned fully; the sensor can't tell.
    case unverified
    case noDrop = "no-drop"
    case jam
    case door
    /// The controller lost power between start and result.
    case interrupted
    /// The controller never began: the order may be sent once more under a new number.
    case notStarted = "not-started"
    /// Nobody can tell; a person must look.
    case unknown

    /// The trouble that this outcome is, or nil for a good one.
    public var fault: FaultCode? {
        switch self {
        case .done, .notStarted: nil
        case .unverified: .dispenserUnverified
        case .noDrop: .dispenserNoDrop
        case .jam: .dispenserJam
        case .door: .dispenserDoorOpen
        case .interrupted, .unknown: .dispenserUnknown
        }
    }
}

/// One numbered order to the cabinet for one box; `intended` is persisted before the command is sent.
public struct DispenseTransaction: Codable, Sendable, Hashable {
    public enum State: Codable, Sendable, Hashable {
        case intended
        case ended(DispenseOutcome)
    }

    /// Monotonic over the kiosk's life; the controller refuses a number at or below its high-water mark.
    public let number: UInt32
    public let visit: VisitID
    public let prescription: PrescriptionID
    /// Index into the prescription's lines.
    public let line: Int
    /// Which box of the line, from 0.
    public let box: Int
    public let slot: Int
    public let lot: String
    /// The last day of use of the box.
    public let expiry: String?
    /// The trace code that was bound to the box when it was loaded; this cabinet does not read it again as it falls.
    public let trace: String?
    public var state: State
    public let intendedAt: Stamp
    public var endedAt: Stamp?
    /// Who resolved an unknown outcome, where a person did.
    public var resolvedBy: String?

    public init(
        number: UInt32, visit: VisitID, prescription: PrescriptionID, line: Int, box: Int, slot: Int, lot: String,
        expiry: String? = nil, trace: String? = nil, intendedAt: Stamp
    ) {
        self.number = number
        self.visit = visit
        self.prescription = prescription
        self.line = line
        self.box = box
        self.slot = slot
        self.lot = lot
        self.expiry = expiry
        self.trace = trace
        self.state = .intended
        self.intendedAt = intendedAt
    }

    public var outcome: DispenseOutcome? {
        if case .ended(let outcome) = state { outcome } else { nil }
    }
}
