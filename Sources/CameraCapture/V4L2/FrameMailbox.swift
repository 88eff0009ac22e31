import KioskModel
import Synchronization

/// Holds the newest frame for one reader: an older one that was not taken is replaced, an end is final.
final class FrameMailbox: Sendable {
    private struct State {
        var frame: Frame?
        var end: Fault?
        var waiter: (id: Int, continuation: CheckedContinuation<Result<Frame, Fault>, Never>)?
        var lastID = 0
        var lastAsked: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// Whether somebody looks at frames: one is waited for, or was asked for within the last second.
    var isWanted: Bool {
        state.withLock { state in
            state.waiter != nil || state.lastAsked.map { ContinuousClock.now - $0 < .seconds(1) } ?? false
        }
    }

    func put(_ frame: Frame) {
        let waiter = state.withLock { state -> CheckedContinuation<Result<Frame, Fault>, Never>? in
            guard state.end == nil else { return nil }
            guard let waiter = state.waiter else {
                state.frame = frame
                return nil
            }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume(returning: .success(frame))
    }

    /// The first end counts; frames that were not taken are dropped.
    func end(_ fault: Fault) {
        let waiter = state.withLock { state -> CheckedContinuation<Result<Frame, Fault>, Never>? in
            guard state.end == nil else { return nil }
            state.end = fault
            state.frame = nil
            defer { state.waiter = nil }
            return state.waiter?.continuation
        }
        waiter?.resume(returning: .failure(fault))
    }

    /// Throws the end's fault, or `faceTimeout` at the deadline, on cancellation, and for a second reader at a time.
    func take(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
        let id = state.withLock { state in
            state.lastID += 1
            state.lastAsked = .now
            return state.lastID
        }
        let timer = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            self.giveUp(id)
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let ready = self.enrol(id, continuation, until: deadline) { continuation.resume(returning: ready) }
            }
        } onCancel: {
            timer.cancel()
        }
        return try result.get()
    }

    /// Keeps the continuation, or returns what it is to be resumed with at once.
    private func enrol(
        _ id: Int, _ continuation: CheckedContinuation<Result<Frame, Fault>, Never>,
        until deadline: ContinuousClock.Instant
    ) -> Result<Frame, Fault>? {
        state.withLock { state in
            if let end = state.end { return .failure(end) }
            if let frame = state.frame {
                state.frame = nil
                return .success(frame)
            }
            // The timer may have fired before this waiter was there.
            guard state.waiter == nil, !Task.isCancelled, .now < deadline else { return .failure(Self.timeout) }
            state.waiter = (id, continuation)
            return nil
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Result<Frame, Fault>, Never>? in
            guard state.waiter?.id == id else { return nil }
            defer { state.waiter = nil }
            return state.waiter?.continuation
        }
        waiter?.resume(returning: .failure(Self.timeout))
    }

    private static let timeout = Fault(.faceTimeout, "no picture in time", device: "camera")
}
