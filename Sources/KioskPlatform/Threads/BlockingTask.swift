import CLinux
import Foundation

/// Runs blocking code on a thread of its own and gives its result to async code.
public func onOwnThread<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread {
            clinux_name_thread(name)
            continuation.resume(with: Result { try body() })
        }
        thread.stackSize = 512 * 1024
        thread.start()
    }
}
