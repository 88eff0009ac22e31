import KioskModel

/// Lets one write with one Idempotency-Key through at a time: a copy that arrives meanwhile gets the same answer.
///
/// A write runs to its end even when the caller goes away or the API stops: a motor does not turn half.
actor WriteGate {
    private struct Running {
        let fingerprint: String
        let task: Task<Result<StoredReply, Fault>, Never>
    }

    private let service: any KioskService
    private var running: [String: Running] = [:]

    init(service: any KioskService) { self.service = service }

    /// The stored answer of an earlier write with this key, or the answer of this one.
    ///
    /// Throws `apiKeyReused` where the key belongs to another request. Ends early, with `apiUnavailable`, only when
    /// the calling task is cancelled; the write then goes on.
    func perform(
        _ token: IdempotencyToken, _ act: @escaping @Sendable () async throws(Fault) -> StoredReply
    ) async throws(Fault) -> StoredReply {
        let task: Task<Result<StoredReply, Fault>, Never>
        if let earlier = running[token.key] {
            guard earlier.fingerprint == token.fingerprint else { throw Fault(.apiKeyReused) }
            task = earlier.task
        } else {
            task = Task { await self.run(token, act) }
            running[token.key] = Running(fingerprint: token.fingerprint, task: task)
        }
        return try await Self.wait(for: task).get()
    }

    private func run(
        _ token: IdempotencyToken, _ act: @escaping @Sendable () async throws(Fault) -> StoredReply
    ) async -> Result<StoredReply, Fault> {
        defer { running[token.key] = nil }
        do throws(Fault) {
            if let stored = try await service.reply(to: token) { return .success(stored) }
            return .success(try await act())
        } catch {
            return .failure(error)
        }
    }

    /// Waits for a task without holding up a caller that is cancelled.
    private static func wait(for task: Task<Result<StoredReply, Fault>, Never>) async -> Result<StoredReply, Fault> {
        let (results, continuation) = AsyncStream<Result<StoredReply, Fault>>.makeStream()
        Task {
            continuation.yield(await task.value)
            continuation.finish()
        }
        for await result in results { return result }
        return .failure(Fault(.apiUnavailable, "kioskd is stopping; ask again with the same Idempotency-Key"))
    }
}
