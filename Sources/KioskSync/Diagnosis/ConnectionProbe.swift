import Foundation
import KioskModel
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// Opens a connection as far as it goes, sends nothing over it, and says what stopped it.
struct ConnectionProbe: Sendable {
    let host: String
    let port: Int

    private static let limit = TimeAmount.seconds(8)

    /// The end of a certificate's time and its beginning, in seconds since 1970.
    struct Dates: Sendable {
        let start: Double
        let end: Double

        var words: String {
            [start, end].map { Date(timeIntervalSince1970: $0).formatted(.iso8601) }.joined(separator: " to ")
        }
    }

    /// Whether somebody takes connections there; nil where one did.
    func connect() async -> Fault? {
        do {
            let channel = try await bootstrap().connect(host: host, port: port).get()
            try? await channel.close()
            return nil
        } catch {
            return TransportFault.delivery(error).fault
        }
    }

    /// The handshake as the sender does it. Success says until when the platform's certificate is valid.
    func handshake(_ tls: PlatformTLS) async -> Result<String, Fault> {
        do throws(Fault) {
            let configuration = try tls.configuration()
            do {
                let dates = try await handshake(configuration)
                return .success(dates.map { "certificate valid \($0.words)" } ?? "")
            } catch {
                let fault = TransportFault.delivery(error).fault ?? Fault(.syncTLS)
                return .failure(fault.code == .syncUnreachable ? Fault(.syncTLS, fault.detail) : fault)
            }
        } catch {
            return .failure(error)
        }
    }

    /// The times of whatever certificate the platform presents, trusted or not.
    func certificateDates(_ tls: PlatformTLS) async -> Dates? {
        guard var configuration = try? tls.configuration() else { return nil }
        configuration.certificateVerification = .none
        return try? await handshake(configuration)
    }

    private func handshake(_ configuration: TLSConfiguration) async throws -> Dates? {
        let context = try NIOSSLContext(configuration: configuration)
        let host = host
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Dates?.self)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(Self.limit).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
                try channel.pipeline.syncOperations.addHandler(handler)
                try channel.pipeline.syncOperations.addHandler(HandshakeEnd(promise: promise, tls: handler))
            }
        }
        let timer = loop.scheduleTask(in: Self.limit) { promise.fail(ChannelError.connectTimeout(Self.limit)) }
        defer { timer.cancel() }
        do {
            let channel = try await bootstrap.connect(host: host, port: port).get()
            defer { channel.close(promise: nil) }
            return try await promise.futureResult.get()
        } catch {
            promise.fail(error)
            throw error
        }
    }

    private func bootstrap() -> ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(Self.limit)
    }
}

/// Tells how a TLS handshake ended.
private final class HandshakeEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<ConnectionProbe.Dates?>
    private let tls: NIOSSLClientHandler

    init(promise: EventLoopPromise<ConnectionProbe.Dates?>, tls: NIOSSLClientHandler) {
        self.promise = promise
        self.tls = tls
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            promise.succeed(
                tls.peerCertificate.map {
                    ConnectionProbe.Dates(start: Double($0.notValidBefore), end: Double($0.notValidAfter))
                })
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
