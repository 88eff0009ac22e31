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
    /// The connection ended between request and answer; the message itself may be why.
    case interrupted(Fault)
    /// Nothing passes now; `retryAfter` is the platform's own wish.
    case unavailable(Fault, retryAfter: Duration?)
}

/// What became of several messages that were sent in one request.
public enum BatchDelivery: Sendable, Hashable {
    /// One by one, in the order in which they were sent.
    case each([Delivery])
    /// The request as a whole ended so; it says nothing of any one message.
    case whole(Delivery)
}

/// The way to a platform, whatever it speaks.
public protocol PlatformClient: Sendable {
    /// Sends one message and waits for its answer; never throws, never waits without end.
    func deliver(_ item: OutboxItem) async -> Delivery
    /// Sends several messages in one request, of which the platform takes or refuses each for itself.
    func deliver(_ items: [OutboxItem]) async -> BatchDelivery
    func shutdown() async
}
