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

    /// The circuit breaker between kiosk and platform.
    public enum Breaker: String, Sendable, Hashable {
        /// Messages pass.
        case closed
        /// Nothing is sent until the pause has ended.
        case open
        /// One request probes whether messages pass again.
        case halfOpen = "half-open"
    }

    public internal(set) var state = State.idle
    public internal(set) var breaker = Breaker.closed
    /// The last trouble, until something is acknowledged again.
    public internal(set) var lastFault: Fault?
    public internal(set) var lastAcknowledged: Stamp?
    /// Failures in a row.
    public internal(set) var failures = 0
    /// When the pause after a failure ends, in nanoseconds of the monotonic clock.
    public internal(set) var retryAt: UInt64?
    /// Messages that the next request may hold.
    public internal(set) var batch = 1
    /// Whether the platform takes several messages in one request, as far as was seen.
    public internal(set) var takesBatches = true
}

/// What happened on the way to the platform.
public enum SyncEvent: Sendable, Hashable {
    /// The platform has all of it.
    case acknowledged(item: String, visit: VisitID?)
    /// Kept aside for a person; it will not be sent again by itself.
    case quarantined(item: String, kind: String, visit: VisitID?, fault: Fault)
    /// It will be tried again by itself.
    case failed(Fault)
}
