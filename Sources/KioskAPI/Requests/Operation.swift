import HTTPTypes
import KioskModel

/// Everything that the local API can be asked for; the one table of methods, paths and roles.
enum Operation: CaseIterable, Sendable {
    case health, status, devices, visits, visit, queue, events, openAPI
    case signIn, signOut, enrolFace
    case prescribe, sign, dispense, print, abort, resolve, resolvePrint
    case stock, temperature, refill, recall, lockSlot

    /// The path under which it is found; `{id}` stands for a visit's id.
    var path: String {
        switch self {
        case .health: "/v1/health"
        case .status: "/v1/status"
        case .devices: "/v1/devices"
        case .visits: "/v1/visits"
        case .visit: "/v1/visits/{id}"
        case .queue: "/v1/queue"
        case .events: "/v1/events"
        case .openAPI: "/v1/openapi.yaml"
        case .signIn, .signOut: "/v1/session"
        case .enrolFace: "/v1/session/face"
        case .prescribe: "/v1/visits/{id}/prescription"
        case .sign: "/v1/visits/{id}/sign"
        case .dispense: "/v1/visits/{id}/dispense"
        case .print: "/v1/visits/{id}/print"
        case .abort: "/v1/visits/{id}/abort"
        case .resolve: "/v1/visits/{id}/resolve"
        case .resolvePrint: "/v1/visits/{id}/resolve-print"
        case .stock: "/v1/cabinet/stock"
        case .temperature: "/v1/cabinet/temperature"
        case .refill: "/v1/cabinet/refill"
        case .recall: "/v1/cabinet/recall"
        case .lockSlot: "/v1/cabinet/lock"
        }
    }

    var method: HTTPRequest.Method {
        switch self {
        case .health, .status, .devices, .visits, .visit, .queue, .events, .openAPI, .stock, .temperature: .get
        case .signOut: .delete
        case .signIn, .enrolFace, .prescribe, .sign, .dispense, .print, .abort, .resolve, .resolvePrint: .post
        case .refill, .recall, .lockSlot: .post
        }
    }

    /// Writes change something and need an Idempotency-Key.
    var isWrite: Bool { method != .get }

    var takesLimit: Bool { self == .visits || self == .queue }

    /// The roles that may ask for it; the owner may everything.
    var roles: Set<APIRole> {
        switch self {
        case .health, .status, .devices, .visits, .visit, .queue, .events, .openAPI, .dispense, .print, .abort,
            .resolve,
            .resolvePrint, .stock, .temperature:
            [.owner, .technician, .doctor]
        case .refill, .recall, .lockSlot: [.owner, .technician]
        case .signIn, .signOut, .enrolFace, .prescribe, .sign: [.owner, .doctor]
        }
    }

    /// What a request line asks for. Throws `apiNotFound`, or `apiMethodNotAllowed` naming what is allowed.
    static func find(_ method: HTTPRequest.Method, _ path: Substring) throws(Fault) -> (Operation, VisitID) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        var allowed: [String] = []
        for operation in allCases {
            guard let id = match(operation.path, parts) else { continue }
            if operation.method == method { return (operation, id) }
            allowed.append(operation.method.rawValue)
        }
        guard !allowed.isEmpty else { throw Fault(.apiNotFound, "no such address") }
        throw Fault(.apiMethodNotAllowed, "allowed: \(allowed.joined(separator: ", "))")
    }

    /// The methods that an address takes.
    static func methods(at path: Substring) -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return allCases.filter { match($0.path, parts) != nil }.map(\.method.rawValue)
    }

    private static func match(_ pattern: String, _ parts: [Substring]) -> VisitID? {
        let expected = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard expected.count == parts.count else { return nil }
        var id = ""
        for (want, have) in zip(expected, parts) {
            if want == "{id}", !have.isEmpty {
                id = String(have)
            } else if want != have {
                return nil
            }
        }
        return id
    }
}
