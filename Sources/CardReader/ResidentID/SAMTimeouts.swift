/// How long a resident ID card reader may take.
struct SAMTimeouts: Sendable, Hashable {
    var command: Duration = .seconds(2)
    /// 1295 bytes take 112 ms on the line, and the card itself about a second.
    var read: Duration = .seconds(5)
    /// Of silence, before a line counts as empty.
    var drain: Duration = .milliseconds(50)
}
