import KioskModel

/// One scan's use of a camera that stays open.
actor LentSession: FrameSession {
    private let lease: CameraLease
    private var session: any FrameSession
    private var since = ContinuousClock.now
    private var mayReopen: Bool
    private var isUsable = true
    private var isClosed = false

    /// `mayReopen`: the session waited for this scan, so that its camera may have gone meanwhile.
    init(_ session: any FrameSession, of lease: CameraLease, mayReopen: Bool) {
        self.session = session
        self.lease = lease
        self.mayReopen = mayReopen
    }

    var identity: String { get async { await session.identity } }
    var isSimulated: Bool { get async { await session.isSimulated } }
    var isExhausted: Bool { get async { await session.isExhausted } }
    var skipped: Int { get async { await session.skipped } }

    func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
        while true {
            let frame: Frame
            do throws(Fault) {
                frame = try await session.next(before: deadline)
            } catch {
                guard error.code != .faceTimeout else { throw error }
                guard mayReopen else {
                    isUsable = false
                    throw error
                }
                mayReopen = false
                do throws(Fault) {
                    session = try await lease.reopen(insteadOf: session)
                } catch {
                    isUsable = false
                    throw error
                }
                since = .now
                continue
            }
            mayReopen = false
            // What was taken before the scan began was not shown to it.
            if frame.taken >= since { return frame }
        }
    }

    func close() async {
        guard !isClosed else { return }
        isClosed = true
        await lease.takeBack(session, isUsable: isUsable)
    }
}
