import KioskModel
import Synchronization

/// Calls of one context, each with a limit: whoever waits for a pcscd that hangs is let go, the call itself can't be.
final class PCSCCaller: Sendable {
    private let context: PCSCContext
    private let role: String
    private let overdue = Mutex(0)

    init(role: String, purpose: String) {
        self.role = role
        context = PCSCContext(name: "pcsc-" + purpose)
    }

    /// Whether a call that was given up has not come back yet.
    var isStuck: Bool { overdue.withLock { $0 > 0 } }

    func call<Value: Sendable>(
        _ doing: String, within limit: Duration,
        _ body: @escaping @Sendable (isolated PCSCContext) throws(PCSCError) -> Value
    ) async throws(Fault) -> Value {
        guard !isStuck else { throw PCSCError.timeout.fault(role: role, doing) }
        let first = FirstResult<Result<Value, PCSCError>>()
        Task { [context] in
            let result = await Self.run(body, on: context)
            if !first.give(result) { overdue.withLock { $0 -= 1 } }
        }
        let limiter = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            // Counted before it is given, so that a call that comes back finds itself counted.
            overdue.withLock { $0 += 1 }
            if !first.give(.failure(.timeout)) { overdue.withLock { $0 -= 1 } }
        }
        let result = await first.value()
        limiter.cancel()
        do throws(PCSCError) {
            return try result.get()
        } catch {
            throw error.fault(role: role, doing)
        }
    }

    private static func run<Value: Sendable>(
        _ body: @Sendable (isolated PCSCContext) throws(PCSCError) -> Value, on context: isolated PCSCContext
    ) -> Result<Value, PCSCError> {
        do throws(PCSCError) {
            return .success(try body(context))
        } catch {
            return .failure(error)
        }
    }

    /// Lets card and context go and ends the thread: at once, or as soon as the call that is under way comes back.
    func end(within limit: Duration) async {
        let first = FirstResult<Void>()
        Task { [context] in
            await context.close()
            context.thread.stop()
            _ = first.give(())
        }
        let limiter = Task { if (try? await Task.sleep(for: isStuck ? .zero : limit)) != nil { _ = first.give(()) } }
        await first.value()
        limiter.cancel()
    }
}

/// The first of several results, for one who waits.
private final class FirstResult<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case given(Value)
        case taken
    }

    private let state = Mutex(State.empty)

    /// False where another was first.
    func give(_ value: Value) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .empty:
                state = .given(value)
                return (true, nil)
            case .waiting(let waiter):
                state = .taken
                return (true, waiter)
            case .given, .taken: return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }

    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Value? in
                if case .given(let value) = state {
                    state = .taken
                    return value
                }
                state = .waiting(continuation)
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}
