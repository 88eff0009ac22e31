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
    /// After the last byte to a printer that can't say when it is done: for its sensors to tell of trouble, on top of
    /// the time that the paper takes.
    public var watch: Duration
    /// After a slip whose end nothing confirmed, beyond that time: how long a printer that stops is taken to hold its end.
    public var doubt: Duration
    /// Dots of paper a second that the slowest printer makes: 50 mm/s, at 8 dots a millimetre.
    public var speed: Int

    public init(
        answer: Duration, write: Duration, completion: Duration, probe: Duration, settle: Duration,
        watch: Duration = .seconds(3), doubt: Duration = .seconds(10), speed: Int = 400
    ) {
        self.answer = answer
        self.write = write
        self.completion = completion
        self.probe = probe
        self.settle = settle
        self.watch = watch
        self.doubt = doubt
        self.speed = speed
    }

    /// How long a document of this length may still be coming out after its last byte was taken.
    func watch(dots: Int) -> Duration { watch + .seconds(max(0, dots)) / max(1, speed) }

    public static let standard = PrinterTiming(
        answer: .milliseconds(800), write: .seconds(5), completion: .seconds(20), probe: .seconds(3),
        settle: .seconds(3))
}
