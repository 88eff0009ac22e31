import KioskModel
import KioskPlatform
import Synchronization

/// One question to the face service on a connection of its own; blocks, may be cancelled from any thread.
final class VisionCall: Sendable {
    private struct State {
        var stream: SocketStream?
        var cancelled = false
    }

    private let state = Mutex(State())

    func run(_ request: VisionRequest, socket path: String, deadline: ContinuousClock.Instant) throws -> VisionReply {
        let bytes = try VisionFraming.encode(request)
        let stream = try SocketStream.connect(unix: path)
        let cancelled = state.withLock {
            $0.stream = stream
            return $0.cancelled
        }
        defer { state.withLock { $0.stream = nil } }
        guard !cancelled else { throw Fault(.faceServiceDown, "the scan was cancelled") }
        try stream.write(bytes, deadline: deadline)
        guard let body = try VisionFraming.read(from: stream, deadline: deadline) else {
            throw Fault(.faceServiceDown, "it ended without an answer")
        }
        return try VisionFraming.decode(VisionReply.self, from: body)
    }

    func cancel() {
        let stream = state.withLock {
            $0.cancelled = true
            return $0.stream
        }
        stream?.shutdown()
    }
}
