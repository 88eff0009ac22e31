/// What the controller knows of a transaction.
public enum TransactionState: UInt8, Sendable, Hashable {
    /// The number was used, and the journal holds nothing of it any more.
    case forgotten = 0
    /// The drop sensor saw every box fall.
    case done = 1
    /// The motor turned fully; the sensor is out of order and can't tell.
    case unverified = 2
    case noDrop = 3
    case jam = 4
    /// The door was opened.
    case door = 5
    /// Power was lost between start and result.
    case interrupted = 6
    /// It never began, and never will under this number.
    case notStarted = 7
    case running = 0x80

    /// Whether this is how a transaction ended, as the journal holds it.
    public var isOutcome: Bool { self != .forgotten && self != .running }
}
