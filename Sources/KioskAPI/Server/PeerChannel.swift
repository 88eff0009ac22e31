import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 over one connection whose peer is asked of the kernel before the first byte is read.
struct PeerChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let connection: HTTP1Channel.Value
        let peer: Peer

        var channel: any Channel { connection.channel }
    }

    typealias Responder =
        @Sendable (Request, consuming ResponseWriter, Peer) async throws -> Void

    private let responder: Responder
    private let configuration: HTTP1Channel.Configuration

    init(responder: @escaping Responder) {
        self.responder = responder
        configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [MalformedRequestHandler()], idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 8 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 64))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let http = http { _, _ in }
        return Peer.of(channel).flatMap { peer in
            http.setup(channel: channel, logger: logger).map { connection in
                // A connection that comes while the server stops is handled by nobody, and NIO ends the process
                // where such a connection's writer is released unfinished: it is kept until the channel is closed.
                channel.closeFuture.whenComplete { _ in withExtendedLifetime(connection) {} }
                return Value(connection: connection, peer: peer)
            }
        }
    }

    func handle(value: Value, logger: Logger) async {
        let peer = value.peer
        let http = http { [responder] request, writer in try await responder(request, writer, peer) }
        await http.handle(value: value.connection, logger: logger)
    }

    private func http(
        _ respond: @escaping @Sendable (Request, consuming ResponseWriter) async throws -> Void
    ) -> HTTP1Channel {
        HTTP1Channel(
            responder: { request, writer, _ in try await respond(request, writer) }, configuration: configuration)
    }
}
