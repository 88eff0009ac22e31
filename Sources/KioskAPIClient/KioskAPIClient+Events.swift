import Foundation
import KioskModel
import KioskPlatform

extension KioskAPIClient {
    /// Seconds without a byte, not even a comment, after which an event stream counts as dead.
    private static let silence = Duration.seconds(60)
    /// Events that may wait for a slow reader; then the stream ends with an error rather than lose one.
    private static let backlog = 1024

    /// The agent's events: those after `sequence` that are still held, then live ones.
    ///
    /// Ends with `APIClientError` when the connection does; go on with the last sequence that came.
    public func events(after sequence: UInt64? = nil) -> AsyncThrowingStream<AgentEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream<AgentEvent, any Error>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.backlog))
        let task = Task {
            do throws(APIClientError) {
                try await onConnection { try self.readEvents(from: $0, after: sequence, into: continuation) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    private func readEvents(
        from stream: SocketStream, after sequence: UInt64?,
        into continuation: AsyncThrowingStream<AgentEvent, any Error>.Continuation
    ) throws {
        let connection = HTTPConnection(stream: stream, deadline: .now + timeout)
        var fields = [("Accept", "text/event-stream")]
        if let sequence { fields.append(("Last-Event-ID", String(sequence))) }
        try connection.send(method: "GET", path: "/v1/events", fields: fields, body: [])
        let head = try connection.readHead()
        guard head.status == 200 else { return try Self.check(head, try connection.readBody(limit: Self.limit)) }
        var parser = EventStreamParser()
        connection.extend(to: .now + Self.silence)
        while let bytes = try connection.nextBytes() {
            connection.extend(to: .now + Self.silence)
            for data in try parser.feed(bytes) {
                guard let event = try? JSONDecoder().decode(AgentEvent.self, from: Data(data)) else {
                    throw APIClientError.protocol("an event is malformed")
                }
                if case .dropped = continuation.yield(event) {
                    throw APIClientError.protocol("the reader of the events fell behind")
                }
            }
        }
    }
}
