import KioskModel
import Synchronization

/// Where a reader asks for a picture and the camera's thread hands it over; an end is final.
///
/// Nothing is kept here: a picture is made only when somebody waits for it.
final class FrameMailbox: Sendable {
    private struct State {
        var end: Fault?
        var waiter: (id: Int, continuation: CheckedContinuation<Result<Frame, Fault>, Never>)?
        var lastID = 0

        mutating func leave() -> CheckedContinuation<Result<Frame, Fault>, Never>? {
            defer { waiter = nil }
            return waiter?.continuation
        }
    }

    private let state = Mutex(State())
    private let asked: @Sendable () -> Void

    /// `asked` is called, from any thread, when a reader begins to wait.
    init(asked: @escaping @Sendable () -> Void = {}) { self.asked = asked }

    /// Whether a reader waits for a picture.
    var isAwaited: Bool { state.withLock { $0.waiter != nil } }

    /// Hands a picture to the reader who waits; false where none does any more.
    @discardableResult
    func put(_ frame: Frame) -> Bool {
        guard let waiter = state.withLock({ $0.leave() }) else { return false }
        waiter.resume(returning: .success(frame))
        return true
    }

    /// The first end counts.
    func end(_ fault: Fault) {
        let waiter = state.withLock { state -> CheckedContinuation<Result<Frame, Fault>, Never>? in
            guard state.end == nil else { return nil }
            state.end = fault
            return state.leave()
        }
        waiter?.resume(returning: .failure(fault))
    }

    /// Throws the end's fault, or `faceTimeout` at the deadline, on cancellation, and for a second reader at a time.
    func take(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let timer = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            self.giveUp(id)
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let refusal = self.enrol(id, continuation, until: deadline) {
                    continuation.resume(returning: .failure(refusal))
                } else {
                    self.asked()
                }
            }
        } onCancel: {
            timer.cancel()
        }
        return try result.get()
    }

    /// Keeps the continuation, or returns why it can't wait.
    private func enrol(
        _ id: Int, _ continuation: CheckedContinuation<Result<Frame, Fault>, Never>,
        until deadline: ContinuousClock.Instant
    ) -> Fault? {
        state.withLock { state in
            if let end = state.end { return end }
            // The timer may have fired before this waiter was there.
            guard state.waiter == nil, !Task.isCancelled, .now < deadline else { return Self.timeout }
            state.waiter = (id, continuation)
            return nil
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { $0.waiter?.id == id ? $0.leave() : nil }
        waiter?.resume(returning: .failure(Self.timeout))
    }

    private static let timeout = Fault(.faceTimeout, "no picture in time", device: "camera")
}
