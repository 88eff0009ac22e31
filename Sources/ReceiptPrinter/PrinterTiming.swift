/// How long the driver waits for what.
public struct PrinterTiming: Sendable, Hashable {
    /// For one control request or one answer to a real-time command.
    public var answer: Duration
    /// For one bulk write of at most 1 KiB; longer means that the printer takes no more.
    public var write: Duration
    /// From the last byte to the completion fence.
    public var completion: Duration
    /// For the answer to a fence that stands behind no printing; longer means that there is no fence.
    public var probe: Duration
    /// After a reset, until the printer answers again.
    public var settle: Duration
    /// After the last byte to a printer that can't answer: for its port status to tell of trouble.
    public var watch: Duration

    public init(
        answer: Duration, write: Duration, completion: Duration, probe: Duration, settle: Duration,
        watch: Duration = .seconds(3)
    ) {
        self.answer = answer
        self.write = write
        self.completion = completion
        self.probe = probe
        self.settle = settle
        self.watch = watch
    }

    public static let standard = PrinterTiming(
        answer: .milliseconds(800), write: .seconds(5), completion: .seconds(20), probe: .seconds(3),
        settle: .seconds(3))
}
