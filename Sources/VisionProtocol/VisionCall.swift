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

    func run(
        _ request: VisionRequest, socket path: String, deadline: ContinuousClock.Instant,
        guidance: @Sendable (Prompt) -> Void
    ) throws -> VisionReply {
        let bytes = try VisionFraming.encode(request)
        let stream = try SocketStream.connect(unix: path)
        let cancelled = state.withLock {
            $0.stream = stream
            return $0.cancelled
        }
        defer { state.withLock { $0.stream = nil } }
        guard !cancelled else { throw Fault(.faceServiceDown, "the scan was cancelled") }
        try stream.write(bytes, deadline: deadline)
        for _ in 0...VisionLimits.prompts {
            guard let body = try VisionFraming.read(from: stream, deadline: deadline) else {
                throw Fault(.faceServiceDown, "it ended without an answer")
            }
            let reply = try VisionFraming.decode(VisionReply.self, from: body)
            guard case .prompt(let prompt) = reply else { return reply }
            guard request.isPrompted else { return reply }
            guidance(prompt)
        }
        throw Fault(.faceServiceDown, "it gave more than \(VisionLimits.prompts) prompts")
    }

    func cancel() {
        let stream = state.withLock {
            $0.cancelled = true
            return $0.stream
        }
        stream?.shutdown()
    }
}
