import Foundation
import KioskModel
import KioskPlatform
import Synchronization

/// The face service's side of the socket: peers checked by their kernel credentials, one scan at a time.
///
/// root, the service's own user and `users` may ask. A peer that goes away ends its scan.
public final class VisionServer: Sendable {
    private struct State {
        var listener: SocketListener?
        var connections: [ObjectIdentifier: SocketStream] = [:]
        var stopping = false
    }

    private let socketPath: String
    private let mode: mode_t
    private let users: Set<uid_t>
    private let handler: VisionHandler
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let accepting = DispatchSemaphore(value: 0)

    /// `report` is given lines for a log: refused peers and malformed messages.
    public init(
        socketPath: String, mode: mode_t = 0o660, users: Set<uid_t> = [], service: any FaceVerifier,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.socketPath = socketPath
        self.mode = mode
        self.users = users.union([0, getuid()])
        self.handler = VisionHandler(service: service)
        self.report = report
    }

    /// Listens. Throws `SystemCallError` where the socket can't be made.
    public func start() throws {
        let listener = try SocketListener.listen(unix: socketPath, mode: mode)
        state.withLock { $0.listener = listener }
        let thread = Thread { [self] in
            acceptLoop()
            accepting.signal()
        }
        thread.name = "vision-accept"
        thread.stackSize = 512 * 1024
        thread.start()
    }

    /// Stops listening, ends every connection and the scan under way. Safe to repeat.
    public func stop() {
        let (listener, connections) = state.withLock { state in
            state.stopping = true
            defer { state.listener = nil }
            return (state.listener, Array(state.connections.values))
        }
        for connection in connections { connection.shutdown() }
        guard let listener else { return }
        listener.shutdown()
        accepting.wait()
    }

    private func acceptLoop() {
        guard let listener = state.withLock({ $0.listener }) else { return }
        while true {
            do {
                guard let stream = try listener.accept() else { return }
                admit(stream)
            } catch {
                report("\(error), ignoring")
                // Out of descriptors: the connections under way give some back.
                Thread.sleep(forTimeInterval: 0.1)
            }
            if state.withLock({ $0.stopping }) { return }
        }
    }

    private func admit(_ stream: SocketStream) {
        guard let peer = try? stream.peer(), users.contains(peer.user) else {
            report("a peer of another user was refused")
            return
        }
        let admitted = state.withLock { state in
            guard !state.stopping, state.connections.count < VisionLimits.connections else { return false }
            state.connections[ObjectIdentifier(stream)] = stream
            return true
        }
        guard admitted else {
            report("more than \(VisionLimits.connections) connections, one was closed")
            return
        }
        let thread = Thread { [self] in
            serve(stream)
            state.withLock { $0.connections[ObjectIdentifier(stream)] = nil }
        }
        thread.name = "vision-peer"
        thread.stackSize = 512 * 1024
        thread.start()
    }

    private func serve(_ stream: SocketStream) {
        do {
            while let body = try VisionFraming.read(from: stream, idle: .now + .seconds(60)) {
                let reply = handler.answer(body, on: stream)
                try stream.write(VisionFraming.encode(reply), deadline: .now + .seconds(5))
            }
        } catch let fault as Fault {
            report("\(fault)")
            // What follows can't be told apart any more: answer and close.
            if let bytes = try? VisionFraming.encode(VisionReply.fault(fault)) {
                try? stream.write(bytes, deadline: .now + .seconds(1))
            }
        } catch let error as SystemCallError where error.code == ETIMEDOUT || error.code == ECONNRESET {
            // An idle or vanished peer is no trouble of this service.
        } catch {
            report("\(error), ignoring")
        }
        stream.shutdown()
    }
}
