import Foundation
import KioskPlatform

/// The status and fields of an HTTP/1.1 response; the names are in lower case.
struct HTTPHead: Sendable, Hashable {
    let status: Int
    let fields: [String: String]

    var isChunked: Bool { fields["transfer-encoding"]?.lowercased() == "chunked" }
}

/// One HTTP/1.1 request and its response (RFC 9112) on one connection; blocking, for a thread of its own.
///
/// Everything it reads is bounded. Throws `SystemCallError`, or `APIClientError.protocol`.
final class HTTPConnection {
    private enum Body {
        case none
        case length(Int)
        case chunks
        case untilEnd
        case ended
    }

    private static let longestLine = 16 * 1024
    private static let mostFields = 100

    private let stream: SocketStream
    private var deadline: ContinuousClock.Instant
    private var buffer: [UInt8] = []
    private var start = 0
    private var body = Body.none

    init(stream: SocketStream, deadline: ContinuousClock.Instant) {
        self.stream = stream
        self.deadline = deadline
    }

    func extend(to deadline: ContinuousClock.Instant) { self.deadline = deadline }

    func send(method: String, path: String, fields: [(String, String)], body: [UInt8]) throws {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if method != "GET" { head += "Content-Length: \(body.count)\r\n" }
        head += "\r\n"
        do {
            try stream.write(Array(head.utf8) + body, deadline: deadline)
        } catch let error as SystemCallError where error.code == EPIPE {
            // The server may have answered before it took the whole body: then the answer is there to be read.
        }
    }

    func readHead() throws -> HTTPHead {
        while true {
            let head = try oneHead()
            guard (100..<200).contains(head.status) else { return head }
        }
    }

    /// The next bytes of the body, or nil at its end.
    func nextBytes() throws -> [UInt8]? {
        switch body {
        case .none, .ended: return nil
        case .length(let left):
            guard left > 0 else {
                body = .ended
                return nil
            }
            let bytes = try take(upTo: left)
            guard !bytes.isEmpty else { throw APIClientError.protocol("the body broke off") }
            body = .length(left - bytes.count)
            return bytes
        case .chunks: return try nextChunk()
        case .untilEnd:
            let bytes = try take(upTo: 65536)
            guard bytes.isEmpty else { return bytes }
            body = .ended
            return nil
        }
    }

    func readBody(limit: Int) throws -> [UInt8] {
        var whole: [UInt8] = []
        while let bytes = try nextBytes() {
            whole += bytes
            guard whole.count <= limit else { throw APIClientError.protocol("the body is larger than \(limit) bytes") }
        }
        return whole
    }

    private func oneHead() throws -> HTTPHead {
        let line = try readLine()
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), parts[1].count == 3, let status = Int(parts[1]) else {
            throw APIClientError.protocol("no HTTP status line")
        }
        var fields: [String: String] = [:]
        while true {
            let line = try readLine()
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":"), fields.count < Self.mostFields else {
                throw APIClientError.protocol("a header field is malformed, or there are too many")
            }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            fields[line[..<colon].lowercased()] = value
        }
        let head = HTTPHead(status: status, fields: fields)
        body = try bodyKind(of: head)
        return head
    }

    private func bodyKind(of head: HTTPHead) throws -> Body {
        if head.status == 204 || head.status == 304 || head.status < 200 { return .none }
        if head.isChunked { return .chunks }
        guard let text = head.fields["content-length"] else { return .untilEnd }
        guard let length = Int(text), length >= 0 else { throw APIClientError.protocol("Content-Length is no number") }
        return .length(length)
    }

    private func nextChunk() throws -> [UInt8]? {
        let line = try readLine()
        let digits = line.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        guard let size = Int(digits, radix: 16), (0...(1 << 24)).contains(size) else {
            throw APIClientError.protocol("a chunk's size is malformed")
        }
        var bytes: [UInt8] = []
        while bytes.count < size {
            let more = try take(upTo: size - bytes.count)
            guard !more.isEmpty else { throw APIClientError.protocol("a chunk broke off") }
            bytes += more
        }
        if size == 0 {
            // Trailer fields, which this API never sends, end with an empty line.
            for _ in 0...Self.mostFields where try readLine().isEmpty {
                body = .ended
                return nil
            }
            throw APIClientError.protocol("too many trailer fields")
        }
        guard try readLine().isEmpty else { throw APIClientError.protocol("a chunk is longer than it says") }
        return bytes
    }

    private func readLine() throws -> String {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer[start..<end]
                start = end + 1
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return String(decoding: line, as: UTF8.self)
            }
            guard buffer.count - start < Self.longestLine else { throw APIClientError.protocol("a line is too long") }
            guard try fill() else { throw APIClientError.protocol("the connection broke off") }
        }
    }

    private func take(upTo count: Int) throws -> [UInt8] {
        if start == buffer.count { guard try fill() else { return [] } }
        let end = min(buffer.count, start + count)
        defer { start = end }
        return Array(buffer[start..<end])
    }

    /// False at the end of the stream.
    private func fill() throws -> Bool {
        buffer.removeFirst(start)
        start = 0
        let bytes = try stream.read(upTo: 65536, deadline: deadline)
        buffer += bytes
        return !bytes.isEmpty
    }
}
