/// How long each step may take.
struct CCIDTimeouts: Sendable, Hashable {
    /// Writing one message, and a slot status or power-off reply.
    var status: Duration = .seconds(2)
    /// A power-on reply: ISO 7816-3 allows a cold reset of up to three voltages.
    var powerOn: Duration = .seconds(6)
    /// One block's reply, anew after each time extension.
    var transfer: Duration = .seconds(6)
    /// One exchange with all its time extensions.
    var whole: Duration = .seconds(60)
    /// How long to wait for an interrupt that was pending before the reader was opened.
    var drain: Duration = .milliseconds(100)

    /// For a reader whose firmware needs long after it is plugged in.
    var slow: CCIDTimeouts {
        var copy = self
        copy.status = status * 10
        return copy
    }
}
