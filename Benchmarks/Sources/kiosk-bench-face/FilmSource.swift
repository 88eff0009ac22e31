import CameraCapture
import KioskModel
import Synchronization

/// A camera at 30 pictures a second whose pictures come as JPEG: the newest wins, as with a real one.
final class FilmSource: FrameSource {
    static let interval = Duration.seconds(1) / 30

    let identity = "film"
    let isSimulated = true
    private let film: Film
    private let given = Mutex<ContinuousClock.Instant?>(nil)

    init(_ film: Film) { self.film = film }

    /// When the last picture that was given came from the camera.
    var lastTaken: ContinuousClock.Instant? { given.withLock { $0 } }

    func probe() async -> Fault? { nil }

    func open() async throws(Fault) -> any FrameSession {
        FilmSession(film: film) { [self] taken in given.withLock { $0 = taken } }
    }
}

private actor FilmSession: FrameSession {
    let identity = "film"
    let isSimulated = true
    let isExhausted = false
    let skipped = 0
    private let film: Film
    private let tell: @Sendable (ContinuousClock.Instant) -> Void
    private let start = ContinuousClock.now
    private var next = 1

    init(film: Film, tell: @escaping @Sendable (ContinuousClock.Instant) -> Void) {
        self.film = film
        self.tell = tell
    }

    func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
        // The newest that has come, or the one that comes next.
        let newest = max(next, Int((ContinuousClock.now - start) / FilmSource.interval))
        next = newest + 1
        let taken = start + FilmSource.interval * newest
        guard taken < deadline else { throw Fault(.faceTimeout, "no picture in time", device: "camera") }
        try? await Task.sleep(until: taken, clock: .continuous)
        tell(taken)
        return try FrameDecoder.jpeg(film.pictures[newest % film.pictures.count], taken: taken)
    }

    func close() async {}
}
