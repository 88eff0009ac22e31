import HTTPTypes
import Hummingbird
import KioskModel
import NIOCore
import ServiceLifecycle

/// The agent's events as server-sent events (WHATWG HTML, section 9.2): `id` is the sequence for Last-Event-ID.
struct EventStreamResponse {
    private enum Chunk: Sendable {
        case event(AgentEvent)
        case keepAlive
    }

    /// Events that may wait for a slow reader; one that falls further behind is cut off and asks again with its id.
    private static let backlog = 256
    /// Milliseconds after which a browser connects again.
    private static let retry = 2000

    let service: any KioskService
    let keepAlive: Duration

    func response(to request: Request, after sequence: UInt64?) -> Response {
        let body = ResponseBody { [self] writer in
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await send(to: &writer, after: sequence)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    private func send(to writer: inout any ResponseBodyWriter, after sequence: UInt64?) async throws {
        let (chunks, continuation) = AsyncStream<Chunk>.makeStream(bufferingPolicy: .bufferingOldest(Self.backlog))
        let events = await service.events(after: sequence)
        let reader = Task {
            for await event in events {
                if case .dropped = continuation.yield(.event(event)) { break }
            }
            continuation.finish()
        }
        let ticker = Task { [keepAlive] in
            while !Task.isCancelled {
                try await Task.sleep(for: keepAlive)
                continuation.yield(.keepAlive)
            }
        }
        defer {
            reader.cancel()
            ticker.cancel()
            continuation.finish()
        }
        try await writer.write(ByteBuffer(string: "retry: \(Self.retry)\n\n"))
        let writing = { (chunk: Chunk, writer: inout any ResponseBodyWriter) in
            try await writer.write(ByteBuffer(bytes: try Self.text(of: chunk)))
        }
        try await withGracefulShutdownHandler {
            for await chunk in chunks { try await writing(chunk, &writer) }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }

    private static func text(of chunk: Chunk) throws(Fault) -> [UInt8] {
        switch chunk {
        case .keepAlive: return Array(": still here\n\n".utf8)
        case .event(let event):
            let head = "id: \(event.sequence)\nevent: \(event.kind)\ndata: "
            return Array(head.utf8) + (try JSONText.encode(event)) + Array("\n\n".utf8)
        }
    }
}
