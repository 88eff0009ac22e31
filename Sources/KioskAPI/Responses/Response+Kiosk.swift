import FoundationEssentials
import HTTPTypes
import Hummingbird
import KioskModel

extension Response {
    /// A JSON answer; records of a patient are never kept by anything on the way.
    static func json(status: HTTPResponse.Status = .ok, bytes: [UInt8]) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func view(_ view: some Encodable) throws(Fault) -> Response { .json(bytes: try JSONText.encode(view)) }

    /// JSON lines (a recording).
    static func lines(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func stored(_ reply: StoredReply) throws(Fault) -> Response {
        guard (200...599).contains(reply.status) else {
            throw Fault(.internalError, "a stored reply has the status \(reply.status)")
        }
        return .json(status: HTTPResponse.Status(code: reply.status), bytes: reply.body)
    }

    /// An error (RFC 9457). `allow` names the methods that the address takes (RFC 9110 section 15.5.6).
    static func problem(_ fault: Fault, allow: [String] = []) -> Response {
        let problem = Problem(fault, status: fault.code.httpStatus)
        let body = (try? JSONText.encode(problem)) ?? []
        var response = Response(
            status: HTTPResponse.Status(code: problem.status),
            headers: [.contentType: "application/problem+json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
        if fault.code == .apiMethodNotAllowed { response.headers[.allow] = allow.joined(separator: ", ") }
        return response
    }
}

/// JSON with its names in order, so that the same view is always the same bytes.
enum JSONText {
    static func encode(_ value: some Encodable) throws(Fault) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw Fault(.internalError, "an answer can't be written as JSON")
        }
    }
}
