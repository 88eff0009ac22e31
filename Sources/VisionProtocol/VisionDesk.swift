import Foundation
import KioskModel
import Synchronization

/// Where the scan leaves prompts and its answer for the connection's thread, which waits on an eventfd.
final class VisionDesk: Sendable {
    private struct State {
        var prompts: [Prompt] = []
        var given = 0
        var reply: VisionReply?
    }

    private let event: Int32
    private let state = Mutex(State())

    /// Takes the descriptor: it is closed when nobody can write to it any more.
    init(event: Int32) { self.event = event }

    deinit { close(event) }

    /// Leaves a prompt; what is beyond `VisionLimits.prompts`, or comes after the answer, is left out.
    func put(_ prompt: Prompt) {
        let isTaken = state.withLock { state in
            guard state.reply == nil, state.given < VisionLimits.prompts else { return false }
            state.given += 1
            state.prompts.append(prompt)
            return true
        }
        if isTaken { signal() }
    }

    func finish(_ reply: VisionReply) {
        state.withLock { $0.reply = reply }
        signal()
    }

    /// What has come since the last time.
    func take() -> (prompts: [Prompt], reply: VisionReply?) {
        var count: UInt64 = 0
        _ = read(event, &count, MemoryLayout<UInt64>.size)
        return state.withLock { state in
            defer { state.prompts = [] }
            return (state.prompts, state.reply)
        }
    }

    private func signal() {
        var one: UInt64 = 1
        _ = write(event, &one, MemoryLayout<UInt64>.size)
    }
}
