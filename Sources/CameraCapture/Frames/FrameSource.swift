import KioskModel

/// Where pictures come from: a camera, or a folder of photographs for tests and laboratories.
public protocol FrameSource: Sendable {
    /// What the evidence calls this camera: path and bus of a real one, the folder of a simulated one.
    var identity: String { get }
    /// Whether it may show something else than what stands before the kiosk; a session knows for certain.
    var isSimulated: Bool { get }
    /// What is known without opening it: nil, or `faceNoCamera`.
    func probe() async -> Fault?
    /// Begins one scan's pictures. Throws `faceNoCamera`, `faceCameraRefused`.
    func open() async throws(Fault) -> any FrameSession
    /// Makes ready for a scan that will come soon, where the source can keep itself ready.
    func warm() async
}

extension FrameSource {
    public func warm() async {}
}

/// The pictures of one scan.
public protocol FrameSession: Sendable {
    /// Which camera it is in fact, once it is open.
    var identity: String { get async }
    var isSimulated: Bool { get async }
    /// Whether every picture that the source holds was given: a camera's pictures never end.
    var isExhausted: Bool { get async }
    /// Damaged pictures that were skipped.
    var skipped: Int { get async }
    /// The newest picture that was not given before; waits for it. One caller at a time.
    ///
    /// Throws `faceTimeout` at the deadline or when the task is cancelled, `faceCameraStalled`, `faceNoCamera` when it
    /// was unplugged, `faceFrameCorrupt` when every picture is damaged.
    func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame
    func close() async
}
