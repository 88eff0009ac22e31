import CameraCapture
import KioskModel

/// Pictures from memory, each a set time after the one before: a scan over seconds in no time.
struct MemoryFrameSource: FrameSource {
    let frames: [Frame]
    let identity = "memory"
    let isSimulated = true

    init(_ frames: [Frame], spacing: Duration = .milliseconds(400)) {
        let start = ContinuousClock.now
        self.frames = frames.enumerated().compactMap { index, frame in
            Frame(width: frame.width, height: frame.height, bgr: frame.bgr, taken: start + spacing * index)
        }
    }

    func probe() async -> Fault? { nil }
    func open() async throws(Fault) -> any FrameSession { Session(frames: frames) }

    private actor Session: FrameSession {
        let identity = "memory"
        let isSimulated = true
        let skipped = 0
        private let frames: [Frame]
        private var position = 0

        init(frames: [Frame]) { self.frames = frames }

        var isExhausted: Bool { position >= frames.count }

        func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
            guard position < frames.count else { throw Fault(.faceTimeout) }
            defer { position += 1 }
            return frames[position]
        }

        func close() {}
    }
}
