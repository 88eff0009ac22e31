import KioskModel
import KioskPlatform
import Synchronization

/// Holds the last events for replay and hands new ones to every listener.
///
/// A listener that falls far behind loses the oldest events and sees it by the gap in `sequence`.
final class EventHub: Sendable {
    private struct State {
        var next: UInt64 = 1
        var held: [AgentEvent] = []
        var listeners: [Int: AsyncStream<AgentEvent>.Continuation] = [:]
        var nextListener = 0
        var closed = false
    }

    private static let capacity = 512
    private let state = Mutex(State())
    private let clock: any KioskClock

    init(clock: any KioskClock) { self.clock = clock }

    func emit(
        _ kind: String, visit: VisitID? = nil, prompt: Prompt? = nil, fault: Fault? = nil, state text: String? = nil
    ) {
        let at = clock.stamp()
        state.withLock { state in
            let event = AgentEvent(
                sequence: state.next, kind: kind, at: at, visit: visit, prompt: prompt.map(PromptView.init),
                fault: fault.map(FaultView.init), state: text)
            state.next += 1
            state.held.append(event)
            if state.held.count > Self.capacity { state.held.removeFirst(state.held.count - Self.capacity) }
            for listener in state.listeners.values { listener.yield(event) }
        }
    }

    /// Events after `sequence` that are still held, then live ones; only live ones where it is nil.
    ///
    /// A number that was never given here is from before a restart: all that is held is then new to the listener.
    func stream(after sequence: UInt64?) -> AsyncStream<AgentEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: AgentEvent.self, bufferingPolicy: .bufferingNewest(Self.capacity * 2))
        state.withLock { state in
            guard !state.closed else {
                continuation.finish()
                return
            }
            if let sequence {
                let last = sequence < state.next ? sequence : 0
                state.held.filter { $0.sequence > last }.forEach { continuation.yield($0) }
            }
            let id = state.nextListener
            state.nextListener += 1
            state.listeners[id] = continuation
            continuation.onTermination = { [weak self] _ in self?.remove(id) }
        }
        return stream
    }

    func close() {
        let listeners = state.withLock { state in
            state.closed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }

    private func remove(_ id: Int) { state.withLock { $0.listeners[id] = nil } }
}
