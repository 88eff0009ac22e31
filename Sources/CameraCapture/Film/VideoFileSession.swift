import KioskModel
import KioskPlatform

/// One scan's look at a film; reading and decoding are done on a thread of its own.
actor VideoFileSession: FrameSession {
    let identity: String
    let isSimulated = true
    private(set) var skipped = 0

    private nonisolated let thread = DeviceThread(name: "video-file")
    private let reader: VideoFileReader
    private let interval: Duration
    private var pending: [UInt8]?
    private var due: ContinuousClock.Instant?
    private var hasBegun = false

    init(path: String, identity: String, framesPerSecond: Double) throws(Fault) {
        self.identity = identity
        reader = try VideoFileReader(path: path)
        interval = .seconds(1 / (reader.framesPerSecond ?? framesPerSecond))
    }

    deinit { thread.stop() }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    var isExhausted: Bool { hasBegun && pending == nil }

    func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
        if !hasBegun {
            hasBegun = true
            pending = reader.next()
        }
        while let raw = pending {
            let time = due ?? .now
            guard time < deadline else { break }
            try? await Task.sleep(until: time, clock: .continuous)
            guard !Task.isCancelled else { throw Fault(.faceTimeout, "cancelled", device: "camera") }
            due = time + interval
            // Late by more than a frame: a camera would have given the newer one. Reading that one is no lateness.
            let isLate = .now > time + interval
            pending = reader.next()
            if pending != nil, isLate { continue }
            do throws(Fault) {
                return try reader.decode(raw)
            } catch {
                skipped += 1
            }
        }
        if pending == nil, skipped > 0 { throw Fault(.faceFrameCorrupt, "\(skipped) pictures", device: "camera") }
        throw Fault(.faceTimeout, pending == nil ? "the film is over" : "no picture in time", device: "camera")
    }

    func close() {}
}
