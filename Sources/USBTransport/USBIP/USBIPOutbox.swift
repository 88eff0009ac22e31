import CLinux
import Foundation
import KioskPlatform
import Synchronization

/// Writes messages to a socket in order from a thread of its own, so that no caller ever blocks on the peer.
package final class USBIPOutbox: Sendable {
    private struct State {
        var frames: [[UInt8]] = []
        var waiting = 0
        var isClosed = false
        var isStarted = false
        var receivingGoesOn = false
    }

    private static let maximumWaiting = 4 * USBIPWire.maximumTransfer
    private static let stallLimit = Duration.seconds(5)

    private let stream: SocketStream
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    package init(_ stream: SocketStream) { self.stream = stream }

    /// Queues one message, starting the thread with the first. False where the socket has ended or the peer
    /// has let too much pile up; the socket is then shut down.
    @discardableResult
    package func send(_ frame: [UInt8]) -> Bool {
        let (accepted, start) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed, state.waiting + frame.count <= Self.maximumWaiting else { return (false, false) }
            state.frames.append(frame)
            state.waiting += frame.count
            defer { state.isStarted = true }
            return (true, !state.isStarted)
        }
        guard accepted else {
            abort()
            return false
        }
        if start { Thread(block: run).start() }
        wakeUp.signal()
        return true
    }

    /// Takes no more, and ends the socket once what is queued has gone out: wholly, or only the way out.
    package func finish(receivingGoesOn: Bool = false) {
        let isIdle = state.withLock { state in
            guard !state.isClosed else { return false }
            state.isClosed = true
            state.receivingGoesOn = receivingGoesOn
            return !state.isStarted
        }
        if isIdle { endSocket() } else { wakeUp.signal() }
    }

    private func abort() {
        state.withLock { $0.isClosed = true }
        stream.shutdown()
        wakeUp.signal()
    }

    private func endSocket() {
        guard state.withLock(\.receivingGoesOn) else { return stream.shutdown() }
        _ = Foundation.shutdown(stream.descriptor, Int32(SHUT_WR))
    }

    private func run() {
        clinux_name_thread("usbip-write")
        while true {
            wakeUp.wait()
            let (frames, isLast) = state.withLock { state in
                defer {
                    state.frames = []
                    state.waiting = 0
                }
                return (state.frames, state.isClosed)
            }
            do {
                for frame in frames { try stream.write(frame, deadline: .now + Self.stallLimit) }
            } catch {
                return abort()
            }
            if isLast { return endSocket() }
        }
    }
}
