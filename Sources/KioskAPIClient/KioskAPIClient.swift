import Foundation
import KioskModel
import KioskPlatform

/// A client of kioskd's local API: one short connection a request, typed answers, no other library.
///
/// Writes carry a fresh Idempotency-Key unless one is given; after a break the same key may be sent again.
public struct KioskAPIClient: Sendable {
    /// The most bytes that an answer may hold.
    static let limit = 16 * 1024 * 1024

    public let socketPath: String
    let timeout: Duration
    private let writeTimeout: Duration

    /// `writeTimeout` covers acts that wait for people and motors.
    public init(socketPath: String, timeout: Duration = .seconds(10), writeTimeout: Duration = .seconds(180)) {
        self.socketPath = socketPath
        self.timeout = timeout
        self.writeTimeout = writeTimeout
    }

    public func health() async throws(APIClientError) -> HealthView { try await get("/v1/health") }

    public func status() async throws(APIClientError) -> StatusView { try await get("/v1/status") }

    public func devices() async throws(APIClientError) -> DeviceList { try await get("/v1/devices") }

    public func device(_ role: String) async throws(APIClientError) -> DeviceView {
        try await get(try devicePath(role))
    }

    /// Resets a device; with `power` its port is switched off and on.
    @discardableResult
    public func resetDevice(
        _ role: String, power: Bool = false, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> DeviceView {
        try await write("POST", try devicePath(role, power ? "/power-cycle" : "/reset"), EmptyBody(), key: key)
    }

    /// The transfers with a device over some seconds, as JSON lines.
    public func recordDevice(_ role: String, seconds: Int) async throws(APIClientError) -> String {
        let path = try devicePath(role, "/recording?seconds=\(seconds)")
        let bytes = try await exchange("GET", path, limit: .seconds(seconds) + timeout)
        return String(decoding: bytes, as: UTF8.self)
    }

    public func printer() async throws(APIClientError) -> PrinterView { try await get("/v1/printer") }

    @discardableResult
    public func printTestPage(
        _ language: PrintDocument.Language = .zh, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> PrintReport {
        try await write("POST", "/v1/printer/test", ["language": language.rawValue], key: key)
    }

    @discardableResult
    public func purgePrinter(key: String = UUIDv7.make()) async throws(APIClientError) -> PrinterView {
        try await write("POST", "/v1/printer/purge", EmptyBody(), key: key)
    }

    /// The newest visits first; `limit` is 1 to 1000.
    public func visits(limit: Int = 50) async throws(APIClientError) -> VisitList {
        try await get("/v1/visits?limit=\(limit)")
    }

    public func visit(_ id: VisitID) async throws(APIClientError) -> VisitView {
        try await get(try visitPath(id))
    }

    /// The outbox; `limit` is 1 to 1000.
    public func queue(limit: Int = 50) async throws(APIClientError) -> QueueList {
        try await get("/v1/queue?limit=\(limit)")
    }

    /// The API's description (OpenAPI 3.1, YAML).
    public func openAPI() async throws(APIClientError) -> String {
        String(decoding: try await exchange("GET", "/v1/openapi.yaml"), as: UTF8.self)
    }

    @discardableResult
    public func signIn(pin: Secret<String>, key: String = UUIDv7.make()) async throws(APIClientError) -> SessionView {
        try await write("POST", "/v1/session", PINBody(pin), key: key)
    }

    public func signOut(key: String = UUIDv7.make()) async throws(APIClientError) {
        _ = try await exchange("DELETE", "/v1/session", key: key)
    }

    @discardableResult
    public func prescribe(
        _ visit: VisitID, _ draft: PrescriptionDraft, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> VisitView {
        try await write("POST", try visitPath(visit, "/prescription"), draft, key: key)
    }

    /// `prescription` is the one that the doctor was shown; a production kiosk signs nothing without it.
    @discardableResult
    public func sign(
        _ visit: VisitID, prescription: PrescriptionID? = nil, pin: Secret<String>? = nil, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> VisitView {
        try await write("POST", try visitPath(visit, "/sign"), SignBody(prescription, pin), key: key)
    }

    @discardableResult
    public func dispense(_ visit: VisitID, key: String = UUIDv7.make()) async throws(APIClientError) -> VisitView {
        try await write("POST", try visitPath(visit, "/dispense"), EmptyBody(), key: key)
    }

    @discardableResult
    public func print(_ visit: VisitID, key: String = UUIDv7.make()) async throws(APIClientError) -> VisitView {
        try await write("POST", try visitPath(visit, "/print"), EmptyBody(), key: key)
    }

    @discardableResult
    public func abort(_ visit: VisitID, key: String = UUIDv7.make()) async throws(APIClientError) -> VisitView {
        try await write("POST", try visitPath(visit, "/abort"), EmptyBody(), key: key)
    }

    @discardableResult
    public func resolve(
        _ visit: VisitID, transaction: UInt32, dropped: Bool, by person: String, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> VisitView {
        let body = ResolveBody(transaction: transaction, dropped: dropped, by: person)
        return try await write("POST", try visitPath(visit, "/resolve"), body, key: key)
    }

    @discardableResult
    public func resolvePrint(
        _ visit: VisitID, printed: Bool, by person: String, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> VisitView {
        let body = ResolvePrintBody(printed: printed, by: person)
        return try await write("POST", try visitPath(visit, "/resolve-print"), body, key: key)
    }

    /// A role becomes part of the request line: letters, digits and `-` alone.
    private func devicePath(_ role: String, _ rest: String = "") throws(APIClientError) -> String {
        guard !role.isEmpty, role.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39) ~= $0 || (0x61...0x7A) ~= $0 }) else {
            throw .problem(
                Problem(Fault(.apiNotFound, "a device's role is a word as device list shows it"), status: 404))
        }
        return "/v1/devices/\(role)\(rest)"
    }

    private func visitPath(_ id: VisitID, _ rest: String = "") throws(APIClientError) -> String {
        guard UUIDv7.isUUID(id) else {
            throw .problem(Problem(Fault(.apiNotFound, "a visit's id is a UUID"), status: 404))
        }
        return "/v1/visits/\(id)\(rest)"
    }

    func get<View: Decodable>(_ path: String) async throws(APIClientError) -> View {
        try Self.decode(try await exchange("GET", path))
    }

    func write<View: Decodable>(
        _ method: String, _ path: String, _ body: some Encodable, key: String
    ) async throws(APIClientError) -> View {
        guard let bytes = try? JSONEncoder().encode(body) else { throw .protocol("the request can't be written") }
        return try Self.decode(try await exchange(method, path, body: Array(bytes), key: key))
    }

    private func exchange(
        _ method: String, _ path: String, body: [UInt8] = [], key: String? = nil, limit: Duration? = nil
    ) async throws(APIClientError) -> [UInt8] {
        var fields = [("Accept", "application/json"), ("Connection", "close")]
        if !body.isEmpty { fields.append(("Content-Type", "application/json")) }
        if let key { fields.append(("Idempotency-Key", key)) }
        let request = fields
        let limit = limit ?? (method == "GET" ? timeout : writeTimeout)
        return try await onConnection { stream in
            let connection = HTTPConnection(stream: stream, deadline: .now + limit)
            try connection.send(method: method, path: path, fields: request, body: body)
            let head = try connection.readHead()
            let answer = try connection.readBody(limit: Self.limit)
            try Self.check(head, answer)
            return answer
        }
    }

    /// Runs blocking code with a connection on a thread of its own; cancelling the task ends it.
    func onConnection<Value: Sendable>(
        _ body: @escaping @Sendable (SocketStream) throws -> Value
    ) async throws(APIClientError) -> Value {
        let open = OpenStream()
        do {
            return try await withTaskCancellationHandler {
                try await onOwnThread("kiosk-api") { [socketPath] in
                    let stream = try SocketStream.connect(unix: socketPath)
                    guard open.keep(stream) else { throw CancellationError() }
                    defer { open.forget() }
                    return try body(stream)
                }
            } onCancel: {
                open.cancel()
            }
        } catch {
            throw APIClientError(error)
        }
    }

    static func check(_ head: HTTPHead, _ body: [UInt8]) throws(APIClientError) {
        guard !(200..<300).contains(head.status) else { return }
        guard let problem = try? JSONDecoder().decode(Problem.self, from: Data(body)) else {
            throw .protocol("HTTP status \(head.status)")
        }
        throw .problem(problem)
    }

    private static func decode<View: Decodable>(_ bytes: [UInt8]) throws(APIClientError) -> View {
        do {
            return try JSONDecoder().decode(View.self, from: Data(bytes))
        } catch {
            throw .protocol("the answer is no \(View.self)")
        }
    }
}
