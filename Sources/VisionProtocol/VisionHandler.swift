import CLinux
import Foundation
import KioskModel
import KioskPlatform
import Synchronization

/// Answers one message: runs the asynchronous service while the connection's own thread watches the peer and passes
/// prompts on.
final class VisionHandler: Sendable {
    private let service: any FaceVerifier
    private let scanning = Mutex(false)

    init(service: any FaceVerifier) { self.service = service }

    /// Blocks until there is an answer; a peer that hangs up cancels the scan.
    func answer(_ body: Data, on stream: SocketStream) -> VisionReply {
        do throws(Fault) {
            let request = try VisionFraming.decode(VisionRequest.self, from: body)
            try request.check()
            return try wait(for: request, watching: stream)
        } catch {
            return .fault(error)
        }
    }

    private func wait(for request: VisionRequest, watching stream: SocketStream) throws(Fault) -> VisionReply {
        let ended = clinux_eventfd()
        guard ended >= 0 else { throw Fault(.internalError, "\(SystemCallError("eventfd"))") }
        // The task holds the descriptor's owner: a late prompt must not write to a number that is used anew.
        let desk = VisionDesk(event: ended)
        let task = Task {
            desk.finish(await perform(request) { desk.put($0) })
        }
        var peer = stream.descriptor
        while true {
            guard Self.waitForNews(ended, orHangUpOf: peer) else {
                task.cancel()
                peer = -1
                continue
            }
            let (prompts, reply) = desk.take()
            if peer >= 0, !pass(prompts, to: stream) {
                task.cancel()
                peer = -1
            }
            if let reply { return reply }
        }
    }

    /// False where the peer takes nothing any more.
    private func pass(_ prompts: [Prompt], to stream: SocketStream) -> Bool {
        do {
            for prompt in prompts {
                try stream.write(VisionFraming.encode(VisionReply.prompt(prompt)), deadline: .now + .seconds(1))
            }
            return true
        } catch {
            return false
        }
    }

    /// True when the work has something to give, false when the peer has hung up before.
    private static func waitForNews(_ ended: Int32, orHangUpOf peer: Int32) -> Bool {
        // POLLRDHUP (linux/poll.h) is hidden by glibc without _GNU_SOURCE.
        let hangUp: Int16 = 0x2000
        while true {
            // A negative descriptor is skipped by poll.
            var watched = [
                pollfd(fd: ended, events: Int16(POLLIN), revents: 0), pollfd(fd: peer, events: hangUp, revents: 0),
            ]
            let ready = poll(&watched, 2, -1)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return true }
            if watched[0].revents != 0 { return true }
            if watched[1].revents != 0 { return false }
        }
    }

    private func perform(
        _ request: VisionRequest, guidance: @escaping @Sendable (Prompt) -> Void
    ) async -> VisionReply {
        do throws(Fault) {
            switch request {
            case .status: return .status(await service.status())
            case .verify(let scan):
                try beginScan()
                defer { endScan() }
                return .evidence(try await service.verify(scan, guidance: guidance))
            case .capture(let count, let timeLimit):
                try beginScan()
                defer { endScan() }
                return .templates(
                    try await service.capture(count: count, timeLimit: timeLimit, guidance: guidance))
            case .look(let timeLimit):
                try beginScan()
                defer { endScan() }
                return .quality(try await service.look(timeLimit: timeLimit))
            case .warm:
                await service.warm()
                return .warming
            }
        } catch {
            return .fault(error)
        }
    }

    private func beginScan() throws(Fault) {
        let began = scanning.withLock { scanning in
            defer { scanning = true }
            return !scanning
        }
        guard began else { throw Fault(.faceTimeout, "another scan is under way", device: "camera") }
    }

    private func endScan() { scanning.withLock { $0 = false } }
}
