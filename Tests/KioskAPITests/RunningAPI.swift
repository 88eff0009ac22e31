import Foundation
import KioskAPI
import KioskAPIClient
import KioskModel
import KioskPlatform
import KioskTestSupport
import Logging
import Testing

/// The local API on a real Unix socket, for one test.
final class RunningAPI: Sendable {
    let service = ScriptedService()
    let client: KioskAPIClient
    let socketPath: String
    private let folder = TemporaryFolder("api")
    private let task: Task<Void, any Error>

    init(access: AccessPolicy = AccessPolicy(), keepAlive: Duration = .seconds(15)) async throws {
        socketPath = folder.file("s")
        client = KioskAPIClient(socketPath: socketPath, timeout: .seconds(20), writeTimeout: .seconds(20))
        let (ready, continuation) = AsyncStream<Void>.makeStream()
        let api = Self.makeAPI(service, socketPath, access, keepAlive) { continuation.finish() }
        task = Task { try await api.run() }
        for await _ in ready {}
    }

    deinit { task.cancel() }

    static func makeAPI(
        _ service: any KioskService, _ path: String, _ access: AccessPolicy = AccessPolicy(),
        _ keepAlive: Duration = .seconds(15), onReady: @escaping @Sendable () async -> Void
    ) -> LocalAPI {
        LocalAPI(
            service: service, socketPath: path, access: access,
            fingerprint: { String(decoding: $0, as: UTF8.self) }, keepAlive: keepAlive,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), onReady: onReady)
    }

    func stop() async throws {
        task.cancel()
        try await task.value
    }

    /// What comes back for some bytes, up to the end of the connection.
    func raw(_ request: String, body: [UInt8] = []) async throws -> String {
        try await raw(Array(request.utf8) + body)
    }

    func raw(_ bytes: [UInt8]) async throws -> String {
        try await onOwnThread("raw") { [socketPath] in
            let stream = try SocketStream.connect(unix: socketPath)
            let deadline = ContinuousClock.now + .seconds(20)
            do { try stream.write(bytes, deadline: deadline) } catch let error as SystemCallError {
                // The server may close before it took everything; its answer is there all the same.
                guard error.code == EPIPE else { throw error }
            }
            var answer: [UInt8] = []
            while let more = try? stream.read(upTo: 65536, deadline: deadline), !more.isEmpty { answer += more }
            return String(decoding: answer, as: UTF8.self)
        }
    }

    /// Posts a body and gives the answer's head and body.
    func post(
        _ path: String, _ body: [UInt8], type: String? = "application/json", key: String? = "k"
    ) async throws -> (head: String, problem: Problem?) {
        var head = "POST \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        if let type { head += "Content-Type: \(type)\r\n" }
        if let key { head += "Idempotency-Key: \(key)\r\n" }
        return Self.split(try await raw(head + "\r\n", body: body))
    }

    static func split(_ answer: String) -> (head: String, problem: Problem?) {
        let parts = answer.components(separatedBy: "\r\n\r\n")
        let body = Data(parts.dropFirst().joined(separator: "\r\n\r\n").utf8)
        return (parts[0], try? JSONDecoder().decode(Problem.self, from: body))
    }
}
