import Synchronization

/// What a device has to say on one IN endpoint: transfers in order, waited for and cancelled as the host asks.
///
/// A device's `send(upTo:endpoint:)` hands on to `next(upTo:)`. Safe from any task.
public final class SimulatedEndpointQueue: Sendable {
    private struct State {
        var waiting: [SimulatedTransferResult] = []
        var ticket: UInt64 = 0
        var asker: (ticket: UInt64, length: Int, continuation: CheckedContinuation<SimulatedTransferResult, Never>)?
    }

    private let state = Mutex(State())

    public init() {}

    /// Adds one transfer. An empty one is a packet of no bytes.
    public func push(_ bytes: [UInt8]) { add(.done(bytes)) }

    /// Adds a stall, in its turn.
    public func pushStall() { add(.stall) }

    /// Transfers that have not been fetched.
    public var count: Int { state.withLock(\.waiting.count) }

    /// Forgets what has not been fetched.
    public func removeAll() { state.withLock { $0.waiting = [] } }

    /// The next transfer, or its first `length` bytes where it is longer; waits for one.
    ///
    /// `.hang` where the task is cancelled; nothing is lost then.
    public func next(upTo length: Int) async -> SimulatedTransferResult {
        let ticket = state.withLock { state -> UInt64 in
            state.ticket += 1
            return state.ticket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let former = state.withLock { state in
                    let former = state.asker?.continuation
                    state.asker = (ticket, length, continuation)
                    return former
                }
                former?.resume(returning: .hang)
                if Task.isCancelled { cancel(ticket) } else { serve() }
            }
        } onCancel: {
            cancel(ticket)
        }
    }

    private func add(_ result: SimulatedTransferResult) {
        state.withLock { $0.waiting.append(result) }
        serve()
    }

    private func serve() {
        let served = state.withLock {
            state -> (CheckedContinuation<SimulatedTransferResult, Never>, SimulatedTransferResult)? in
            guard let asker = state.asker, let first = state.waiting.first else { return nil }
            state.asker = nil
            if case .done(let bytes) = first, bytes.count > asker.length {
                state.waiting[0] = .done(Array(bytes.dropFirst(asker.length)))
                return (asker.continuation, .done(Array(bytes.prefix(asker.length))))
            }
            state.waiting.removeFirst()
            return (asker.continuation, first)
        }
        if let (continuation, result) = served { continuation.resume(returning: result) }
    }

    private func cancel(_ ticket: UInt64) {
        let continuation = state.withLock { state -> CheckedContinuation<SimulatedTransferResult, Never>? in
            guard state.asker?.ticket == ticket else { return nil }
            defer { state.asker = nil }
            return state.asker?.continuation
        }
        continuation?.resume(returning: .hang)
    }
}
