import Foundation
import KioskModel
import KioskPlatform

/// Messages on the socket: four bytes of length, most significant first, then that many bytes of JSON (RFC 8259).
enum VisionFraming {
    static func encode(_ message: some Encodable) throws -> [UInt8] {
        let body = try JSONEncoder().encode(message)
        guard body.count <= VisionLimits.messageBytes else {
            throw Fault(.apiTooLarge, "a message of \(body.count) bytes")
        }
        let length = UInt32(body.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + body
    }

    /// The next message's bytes, or nil at an end of the stream between two messages.
    ///
    /// Throws `apiTooLarge` before anything of an oversized message is read, and `SystemCallError`.
    static func read(
        from stream: SocketStream, idle: ContinuousClock.Instant? = nil, deadline: ContinuousClock.Instant? = nil
    ) throws -> Data? {
        let first = try stream.read(upTo: 4, deadline: idle ?? deadline)
        guard !first.isEmpty else { return nil }
        let whole = deadline ?? .now + .seconds(10)
        let header = first.count == 4 ? first : first + (try stream.read(exactly: 4 - first.count, deadline: whole))
        let length = header.reduce(0) { $0 << 8 | Int($1) }
        guard length > 0, length <= VisionLimits.messageBytes else {
            throw Fault(.apiTooLarge, "a message of \(length) bytes")
        }
        return Data(try stream.read(exactly: length, deadline: whole))
    }

    /// Throws `apiMalformed`; the detail names the place, never the value.
    static func decode<Message: Decodable>(_ type: Message.Type, from body: Data) throws(Fault) -> Message {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch let fault as Fault {
            throw fault
        } catch let error as DecodingError {
            throw Fault(.apiMalformed, "the message is not understood\(place(of: error))")
        } catch {
            throw Fault(.apiMalformed, "the message is not understood")
        }
    }

    private static func place(of error: DecodingError) -> String {
        let path: [any CodingKey]
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            path = context.codingPath
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        @unknown default: path = []
        }
        return path.isEmpty ? "" : " at " + path.map(\.stringValue).joined(separator: ".")
    }
}
