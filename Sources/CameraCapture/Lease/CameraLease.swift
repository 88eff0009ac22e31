import KioskModel

/// Keeps a camera open between scans: opening and settling cost a second or two, a warm camera's next picture 1/30 s.
///
/// Pictures are looked at during a scan only, and of those only the ones taken since it began; in between the newest
/// replaces the one before, in memory. Without a scan for `idle` the camera is closed and its light goes out.
public actor CameraLease: FrameSource {
    public nonisolated let identity: String
    private let source: any FrameSource
    private let idle: Duration
    private var opening: Task<Result<any FrameSession, Fault>, Never>?
    /// A device opens only once it is closed.
    private var closing: Task<Void, Never>?
    private var isLent = false
    private var expiry: Task<Void, Never>?

    public init(_ source: any FrameSource, idle: Duration = .seconds(120)) {
        self.source = source
        self.idle = idle
        identity = source.identity
    }

    deinit { expiry?.cancel() }

    public nonisolated var isSimulated: Bool { source.isSimulated }

    /// Whether the camera is held open.
    public var isWarm: Bool { opening != nil }

    public func probe() async -> Fault? { await source.probe() }

    public func warm() async {
        guard !isLent else { return }
        let result = await held().value
        guard !isLent else { return }
        if case .failure = result { opening = nil } else { expireLater() }
    }

    /// Throws as the source does, and `faceCameraRefused` for a second scan at a time.
    public func open() async throws(Fault) -> any FrameSession {
        guard !isLent else { throw Fault(.faceCameraRefused, "another scan has the camera", device: "camera") }
        isLent = true
        expiry?.cancel()
        let wasWarm = isWarm
        do throws(Fault) {
            return LentSession(try await held().value.get(), of: self, mayReopen: wasWarm)
        } catch {
            (opening, isLent) = (nil, false)
            throw error
        }
    }

    /// Opens the camera anew in the place of a session that ended while nobody looked.
    func reopen(insteadOf ended: any FrameSession) async throws(Fault) -> any FrameSession {
        end(ended)
        return try await held().value.get()
    }

    /// Takes a session back; one that met a trouble is closed, so that the next scan begins anew.
    func takeBack(_ session: any FrameSession, isUsable: Bool) {
        isLent = false
        if isUsable { expireLater() } else { end(session) }
    }

    private func end(_ session: any FrameSession) {
        opening = nil
        closing = Task { [closing] in
            await closing?.value
            await session.close()
        }
    }

    private func held() -> Task<Result<any FrameSession, Fault>, Never> {
        if let opening { return opening }
        let task = Task { [source, closing] () -> Result<any FrameSession, Fault> in
            await closing?.value
            do throws(Fault) {
                return .success(try await source.open())
            } catch {
                return .failure(error)
            }
        }
        opening = task
        return task
    }

    private func expireLater() {
        expiry?.cancel()
        expiry = Task { [weak self, idle] in
            try? await Task.sleep(for: idle)
            guard !Task.isCancelled else { return }
            await self?.expire()
        }
    }

    private func expire() async {
        guard !isLent, let opening, case .success(let session) = await opening.value, !isLent else { return }
        end(session)
    }
}
