import Foundation
import KioskAPIClient
import KioskModel
import KioskPlatform
import KioskTestSupport
import Testing

/// The client against servers that behave badly.
@Suite(.serialized) struct ClientTests {
    /// A server that reads a little and sends fixed bytes; nil sends nothing and holds the connection.
    private static func serve(_ answer: [UInt8]?, at path: String) throws -> SocketListener {
        let listener = try SocketListener.listen(unix: path)
        Thread.detachNewThread {
            var held: [SocketStream] = []
            while let stream = try? listener.accept() {
                _ = try? stream.read(upTo: 65536)
                if let answer { try? stream.write(answer) } else { held.append(stream) }
            }
        }
        return listener
    }

    private func error(of answer: [UInt8]?, timeout: Duration = .seconds(20)) async throws -> APIClientError? {
        let folder = TemporaryFolder("client")
        let listener = try Self.serve(answer, at: folder.file("s"))
        defer { listener.shutdown() }
        let client = KioskAPIClient(socketPath: folder.file("s"), timeout: timeout)
        return await #expect(throws: APIClientError.self) { try await client.health() }
    }

    @Test(.timeLimit(.minutes(1))) func `nobody at the socket is kioskd down`() async throws {
        let folder = TemporaryFolder("client")
        let missing = KioskAPIClient(socketPath: folder.file("none"))
        #expect(await #expect(throws: APIClientError.self) { try await missing.status() }?.code == .apiUnavailable)
        try "".write(toFile: folder.file("file"), atomically: true, encoding: .utf8)
        let file = KioskAPIClient(socketPath: folder.file("file"))
        #expect(await #expect(throws: APIClientError.self) { try await file.status() }?.code == .apiUnavailable)
        let long = KioskAPIClient(socketPath: "/" + String(repeating: "x", count: 200))
        guard case .protocol = await #expect(throws: APIClientError.self, performing: { try await long.status() })
        else {
            Issue.record("a path that is too long")
            return
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a server that does not answer is a time-out, not a hang`() async throws {
        #expect(try await error(of: nil, timeout: .milliseconds(50)) == .timeout)
    }

    @Test(.timeLimit(.minutes(1))) func `cancelling the task ends a request that is under way`() async throws {
        let folder = TemporaryFolder("client")
        let listener = try Self.serve(nil, at: folder.file("s"))
        defer { listener.shutdown() }
        let client = KioskAPIClient(socketPath: folder.file("s"), timeout: .seconds(50))
        let task = Task { try await client.health() }
        let began = ContinuousClock.now
        task.cancel()
        await #expect(throws: APIClientError.self) { try await task.value }
        #expect(ContinuousClock.now - began < .seconds(10))
    }

    @Test(.timeLimit(.minutes(1))) func `an answer that is no answer of the API is a protocol error`() async throws {
        let head = "HTTP/1.1 200 OK\r\n"
        let answers: [String] = [
            "", "hello", "HTTP/1.1 2000 OK\r\n\r\n", head, head + "Content-Length: 5\r\n\r\n{}",
            head + "Content-Length: -5\r\n\r\n{}", head + "Content-Length: x\r\n\r\n{}", head + "NoColon\r\n\r\n",
            head + "Content-Length: 2\r\n\r\n{}", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}",
            head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", head + "Content-Length: 99999999999999\r\n\r\n",
            head + "A: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
            head + String(repeating: "A: b\r\n", count: 200) + "\r\n",
            "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}",
        ]
        for answer in answers {
            let error = try await error(of: Array(answer.utf8))
            guard case .protocol = error else {
                Issue.record("\(answer.prefix(60)): \(String(describing: error))")
                continue
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `chunked and unmeasured answers are read like measured ones`() async throws {
        let json = #"{"schema":1,"state":"ready"}"#
        let answers = [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n\(json.prefix(5))\r\n17\r\n"
                + "\(json.dropFirst(5))\r\n0\r\nTrailer: x\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: \(json.count)\r\n\r\n\(json)",
        ]
        for answer in answers {
            let folder = TemporaryFolder("client")
            let listener = try Self.serve(Array(answer.utf8), at: folder.file("s"))
            defer { listener.shutdown() }
            #expect(try await KioskAPIClient(socketPath: folder.file("s")).health().state == "ready")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an id that is no UUID is not put into an address`() async throws {
        let client = KioskAPIClient(socketPath: "/nowhere")
        for id in ["", "../status", "1 HTTP/1.1\r\nX: y"] {
            let error = await #expect(throws: APIClientError.self) { try await client.visit(id) }
            #expect(error?.code == .apiNotFound)
        }
    }
}
