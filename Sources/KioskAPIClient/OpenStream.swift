import KioskPlatform
import Synchronization

/// The connection that is open now, so that a cancelled task can end it from another thread.
final class OpenStream: Sendable {
    private let state = Mutex<(stream: SocketStream?, isCancelled: Bool)>((nil, false))

    /// False where the task was cancelled before.
    func keep(_ stream: SocketStream) -> Bool {
        state.withLock {
            $0.stream = stream
            return !$0.isCancelled
        }
    }

    func forget() { state.withLock { $0.stream = nil } }

    func cancel() {
        state.withLock {
            $0.isCancelled = true
            $0.stream?.shutdown()
        }
    }
}
