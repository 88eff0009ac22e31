import KioskModel

/// How the way to the platform stands.
public struct SyncStatus: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        /// Nothing waits.
        case idle
        case sending
        /// Something waits for its next try.
        case waiting
    }

    public internal(set) var state = State.idle
    /// The last trouble, until something is acknowledged again.
    public internal(set) var lastFault: Fault?
    public internal(set) var lastAcknowledged: Stamp?
    /// Failures in a row.
    public internal(set) var failures = 0
}

/// What happened on the way to the platform.
public enum SyncEvent: Sendable, Hashable {
    /// The platform has all of it.
    case acknowledged(item: String, visit: VisitID?)
    /// Kept aside for a person; it will not be sent again by itself.
    case quarantined(item: String, visit: VisitID?, fault: Fault)
    /// It will be tried again by itself.
    case failed(Fault)
}
