/// How long the driver waits.
public struct CabinetLimits: Sendable, Hashable {
    /// For the answer to one frame.
    public var reply: Duration
    /// How often an idempotent frame is sent before the controller counts as silent.
    public var attempts: Int
    /// Between two questions while an order runs; its outcome is taken at once when it comes by itself.
    public var poll: Duration
    /// For a silent or vanished controller to say what became of an order; after that the outcome is unknown.
    public var resolve: Duration
    /// For one order, from the frame to the outcome.
    public var motion: Duration
    /// For the controller to erase a bank of its flash.
    public var erase: Duration = .seconds(6)
    /// For the controller to check an image, and again for it to start anew.
    public var update: Duration = .seconds(60)
    /// Between two attempts to find a device that went away.
    public var reopen: Duration

    public init(
        reply: Duration = .seconds(1), attempts: Int = 3, poll: Duration = .milliseconds(500),
        resolve: Duration = .seconds(10), motion: Duration = .seconds(60), reopen: Duration = .milliseconds(200)
    ) {
        self.reply = reply
        self.attempts = attempts
        self.poll = poll
        self.resolve = resolve
        self.motion = motion
        self.reopen = reopen
    }
}
