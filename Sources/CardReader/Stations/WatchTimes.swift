/// How often the watch over a slot looks.
struct WatchTimes: Sendable, Hashable {
    /// Between two slot statuses, for a reader that does not notify.
    var poll: Duration = .milliseconds(250)
    /// The same where `quietAfter` looks in a row found no card; nil for no other.
    var quietPoll: Duration?
    var quietAfter = 100
    /// The longest wait for a notification: one that got lost is made up for by asking.
    var notification: Duration = .seconds(1)
    /// After a notification, until the contacts no longer bounce.
    var settle: Duration = .milliseconds(20)
    /// Between two attempts to find a lost reader.
    var retry: Duration = .milliseconds(500)
    /// Between two attempts where only another device or configuration can help.
    var hopelessRetry: Duration = .seconds(5)

    /// Until the next look, for a reader that does not notify; `misses` looks in a row have found no card.
    func pause(afterMisses misses: Int) -> Duration { misses < quietAfter ? poll : quietPoll ?? poll }
}
