/// How the sender paces itself.
public struct Pace: Sendable {
    /// Upper bound of the first wait after a failure; doubled for each that follows.
    public var firstDelay: Duration = .seconds(1)
    public var longestDelay: Duration = .seconds(300)
    /// How often the queue is looked at although nobody said that it has something.
    public var idlePoll: Duration = .seconds(60)
    /// After this many answers that don't fit, a message is kept aside.
    public var doubtfulTries = 3
    /// After this many messages in a row that met trouble, it is the platform that has it.
    public var troublesInARow = 3
    /// After this many connections that broke over a message, others are let past it.
    public var interruptedTries = 3
    /// After this many different messages that were refused in a row, none taken between, it is not taken for the
    /// platform that answers.
    public var refusalsInARow = 5
    /// Messages in one request at the most.
    public var mostInBatch = 50
    /// Bytes in one request at the most, before compression; a single message may have more.
    public var batchBytes = 1 << 20
    /// A request that takes longer makes the next one smaller.
    public var batchTime: Duration = .seconds(5)
    /// A message that has waited this long counts as one priority more urgent.
    public var ageing: Duration = .seconds(900)
    /// Picks a wait between nothing and the bound (full jitter), so that kiosks don't return all at once.
    public var jitter: @Sendable (Duration) -> Duration = { bound in
        bound * Double.random(in: 0...1)
    }

    public init() {}

    /// The wait after a number of failures in a row.
    func delay(after failures: Int) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        return jitter(min(longestDelay, firstDelay * (1 << doublings)))
    }
}
