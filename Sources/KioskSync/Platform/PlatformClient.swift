import KioskModel
import KioskStore

/// What became of one message that was sent.
public enum Delivery: Sendable, Hashable {
    /// The platform has all of it and said so entry by entry.
    case acknowledged
    /// The platform will never take it as it is: it is kept aside for a person.
    case refused(Fault)
    /// The answer does not fit what was sent: tried a few times, then kept aside.
    case doubtful(Fault)
    /// This message met trouble on the platform; others may pass.
    case troubled(Fault)
    /// Nothing passes now; `retryAfter` is the platform's own wish.
    case unavailable(Fault, retryAfter: Duration?)
}

/// The way to a platform, whatever it speaks.
public protocol PlatformClient: Sendable {
    /// Sends one message and waits for its answer; never throws, never waits without end.
    func deliver(_ item: OutboxItem) async -> Delivery
    func shutdown() async
}
