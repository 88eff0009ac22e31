import Foundation
import Synchronization

/// Tells any number of listeners that the queue has something new; several tellings may arrive as one.
final class OutboxSignal: Sendable {
    private let listeners = Mutex<[UUID: AsyncStream<Void>.Continuation]>([:])

    func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = UUID()
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        listeners.withLock { $0[id] = continuation }
        return stream
    }

    func notify() {
        for listener in listeners.withLock({ Array($0.values) }) { listener.yield() }
    }

    func finish() {
        let all = listeners.withLock { held in
            defer { held = [:] }
            return Array(held.values)
        }
        for listener in all { listener.finish() }
    }

    private func remove(_ id: UUID) { _ = listeners.withLock { $0.removeValue(forKey: id) } }
}
