import Glibc
import Hummingbird
import HummingbirdCore
import KioskModel
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The local API: HTTP/1.1 and JSON under `/v1` on a Unix socket; docs/openapi.yaml is its contract.
///
/// The kernel says who is at the other end; `AccessPolicy` says what they may do. Every error is a problem
/// (RFC 9457) with a fault code. Every write needs an Idempotency-Key and is done once.
public struct LocalAPI: Service {
    private let socketPath: String
    private let mode: mode_t
    private let responder: APIResponder
    private let grace: Duration
    private let logger: Logger
    private let onReady: @Sendable () async -> Void

    /// Prepares the API; nothing listens before `run()`.
    ///
    /// - `fingerprint`: SHA-256 as lower-case hex.
    /// - `keepAlive`: how often an event stream without events sends a comment.
    /// - `grace`: how long a request under way may take to end when the API stops.
    /// - `mode`: of the socket file. Everyone may connect by default: those without a role are refused with 403.
    public init(
        service: any KioskService, socketPath: String, access: AccessPolicy = AccessPolicy(),
        fingerprint: @escaping @Sendable ([UInt8]) -> String, keepAlive: Duration = .seconds(15),
        grace: Duration = .milliseconds(1500), mode: mode_t = 0o666, logger: Logger,
        onReady: @escaping @Sendable () async -> Void = {}
    ) {
        self.socketPath = socketPath
        self.mode = mode
        self.grace = grace
        self.logger = logger
        self.onReady = onReady
        responder = APIResponder(
            service: service, access: access, fingerprint: fingerprint, keepAlive: keepAlive)
    }

    /// Serves until the task is cancelled or its service group shuts down; then ends within `grace`.
    ///
    /// A stale socket file is replaced and the file is removed at the end. A write under way goes on in the agent.
    public func run() async throws {
        let channel = PeerChannel { [responder] request, writer, peer in
            let response = await responder.respond(to: request, from: peer)
            try await writer.write(response: response.head, body: response.body)
            // What is left of a body that is too large is not waited for.
            if response.status == .contentTooLarge { throw CancellationError() }
        }
        let server = channel.server(
            configuration: .init(
                address: .unixDomainSocket(path: socketPath), backlog: 64,
                availableConnectionsDelegate: .maximum(64, logger: logger)),
            onServerRunning: { [socketPath, mode, onReady] _ in
                chmod(socketPath, mode)
                await onReady()
            }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        defer { unlink(socketPath) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { [grace] in
                try await gracefulShutdown()
                try await Task.sleep(for: grace)
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch is CancellationError {
                return
            }
        }
    }
}
