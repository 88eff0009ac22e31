/// A place where the chain goes on, but something between two links was not reported.
public struct AuditInterruption: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, Hashable {
        /// The machine started again although kioskd had not stopped: a power cut, or a reset.
        case powerOff = "power-off"
        /// kioskd started again in the same boot although it had not stopped: a crash, or it was killed.
        case crash
        /// The machine started again and links were written with no start of kioskd between.
        case unreportedBoot = "unreported-boot"
        /// Links were written after kioskd had stopped and before it started.
        case outsideRun = "outside-run"
        /// Links that were lost with a damaged medium and are named by a salvage.
        case lostLinks = "lost-links"
        /// The wall clock went back by more than a minute.
        case clockWentBack = "clock-went-back"
    }

    public let kind: Kind
    /// The last link before it; 0 before the first.
    public let after: Int64
    /// The first link behind it.
    public let before: Int64
    /// Milliseconds since 1970 by the kiosk's wall clock at the two links; nil where there is none.
    public let from: Int64?
    public let to: Int64
}

/// What an exported chain shows to someone who has public keys alone.
public struct AuditFileReport: Codable, Sendable, Hashable {
    public var schema = 1
    public let kiosk: String
    public internal(set) var links: Int64 = 0
    /// The last link's hash, hex.
    public internal(set) var head = Hex.encode(AuditLink.start)
    public internal(set) var firstBreak: AuditBreak?
    public internal(set) var interruptions: [AuditInterruption] = []
    /// How many interruptions there are; only the first thousand are listed.
    public internal(set) var interruptionCount = 0
    /// Boots of the machine that the chain saw.
    public internal(set) var boots = 0
    public internal(set) var checkpoints = 0
    /// The last link that a checkpoint proves, by the device's key; 0 for none, nil where no key was given.
    public internal(set) var signedUpTo: Int64?
    /// The last link that the platform has countersigned, by its key; nil where no key was given.
    public internal(set) var witnessedUpTo: Int64?
    /// Visits' rows lost, named by salvages, and data keys destroyed.
    public internal(set) var lostRows = 0
    public internal(set) var erasedKeys = 0

    init(kiosk: String) { self.kiosk = kiosk }

    public var isWhole: Bool { firstBreak == nil }
}
