import CLinux
import Foundation
import KioskModel
import KioskPlatform
import Synchronization

/// Answers one message: runs the asynchronous service while the connection's own thread watches the peer.
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
        defer { close(ended) }
        let result = Result()
        let task = Task {
            let reply = await perform(request)
            result.reply.withLock { $0 = reply }
            var one: UInt64 = 1
            _ = write(ended, &one, MemoryLayout<UInt64>.size)
        }
        if !Self.waitForEnd(ended, orHangUpOf: stream.descriptor) {
            task.cancel()
            _ = Self.waitForEnd(ended, orHangUpOf: -1)
        }
        return result.reply.withLock { $0 } ?? .fault(Fault(.internalError, "the scan ended without an answer"))
    }

    private final class Result: Sendable { let reply = Mutex<VisionReply?>(nil) }

    /// True when the work has ended, false when the peer has hung up before.
    private static func waitForEnd(_ ended: Int32, orHangUpOf peer: Int32) -> Bool {
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

    private func perform(_ request: VisionRequest) async -> VisionReply {
        do throws(Fault) {
            switch request {
            case .status: return .status(await service.status())
            case .verify(let scan):
                try beginScan()
                defer { endScan() }
                return .evidence(try await service.verify(scan))
            case .capture(let count, let timeLimit):
                try beginScan()
                defer { endScan() }
                return .templates(try await service.capture(count: count, timeLimit: timeLimit))
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
