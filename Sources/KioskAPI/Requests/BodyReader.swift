import HTTPTypes
import Hummingbird
import KioskModel
import NIOCore

/// Takes a request's body in whole, within its limit, and checks what it says of itself.
enum BodyReader {
    /// The most bytes that a body may hold.
    static let limit = 64 * 1024
    /// The same where a file is sent: what a controller's flash takes, in base64.
    static let fileLimit = 512 * 1024

    /// Throws `apiTooLarge`, or `apiMalformed` where the type is not JSON or the body broke off.
    static func read(_ request: Request, limit: Int = limit) async throws(Fault) -> [UInt8] {
        let tooLarge = Fault(.apiTooLarge, "at most \(limit) bytes are allowed")
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge }
        var body: [UInt8] = []
        do {
            for try await buffer in request.body {
                guard body.count + buffer.readableBytes <= limit else { throw tooLarge }
                body.append(contentsOf: buffer.readableBytesView)
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(.apiMalformed, "the body broke off")
        }
        if !body.isEmpty { try checkType(request.headers[.contentType]) }
        return body
    }

    private static func checkType(_ type: String?) throws(Fault) {
        let parts = (type ?? "").split(separator: ";").map { $0.trimmedASCII.lowercased() }
        let others = parts.dropFirst().filter { $0 != "charset=utf-8" && $0 != "charset=\"utf-8\"" }
        guard parts.first == "application/json", others.isEmpty else {
            throw Fault(.apiMalformed, "Content-Type is \(type.map { "\"\($0)\"" } ?? "missing"); use application/json")
        }
    }
}

extension Substring {
    /// Without blanks and tabs on both sides.
    var trimmedASCII: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var rest = drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
