import HTTPTypes
import KioskModel

/// Everything that the local API can be asked for; the one table of methods, paths and roles.
enum Operation: CaseIterable, Sendable {
    case health, status, devices, visits, visit, queue, events, openAPI, faces, faceQuality
    case signIn, signOut, enrolFace, deleteFace
    case device, recordDevice, resetDevice, powerCycle, printer, testPage, purgePrinter
    case prescribe, sign, dispense, print, abort, resolve, resolvePrint
    // The fixed address comes before the one with an id.
    case checkQueue, retryAll, message, retry, hold, release
    case syncStatus, diagnoseSync, sendNow, readdress
    case stock, temperature, refill, recall, lockSlot
    case homeSlot, openDoor, firmware, updateFirmware

    /// The path under which it is found; `{id}` stands for the id of a visit or a message, `{doctor}` for a doctor's,
    /// `{role}` for a device's role.
    var path: String {
        switch self {
        case .health: "/v1/health"
        case .status: "/v1/status"
        case .devices: "/v1/devices"
        case .device: "/v1/devices/{role}"
        case .recordDevice: "/v1/devices/{role}/recording"
        case .resetDevice: "/v1/devices/{role}/reset"
        case .powerCycle: "/v1/devices/{role}/power-cycle"
        case .printer: "/v1/printer"
        case .testPage: "/v1/printer/test"
        case .purgePrinter: "/v1/printer/purge"
        case .visits: "/v1/visits"
        case .visit: "/v1/visits/{id}"
        case .queue: "/v1/queue"
        case .events: "/v1/events"
        case .openAPI: "/v1/openapi.yaml"
        case .signIn, .signOut: "/v1/session"
        case .faces: "/v1/faces"
        case .faceQuality: "/v1/face-quality"
        case .enrolFace, .deleteFace: "/v1/faces/{doctor}"
        case .prescribe: "/v1/visits/{id}/prescription"
        case .sign: "/v1/visits/{id}/sign"
        case .dispense: "/v1/visits/{id}/dispense"
        case .print: "/v1/visits/{id}/print"
        case .abort: "/v1/visits/{id}/abort"
        case .resolve: "/v1/visits/{id}/resolve"
        case .resolvePrint: "/v1/visits/{id}/resolve-print"
        case .checkQueue: "/v1/queue/verify"
        case .retryAll: "/v1/queue/retry"
        case .message: "/v1/queue/{id}"
        case .retry: "/v1/queue/{id}/retry"
        case .hold: "/v1/queue/{id}/hold"
        case .release: "/v1/queue/{id}/release"
        case .syncStatus: "/v1/sync"
        case .diagnoseSync: "/v1/sync/why"
        case .sendNow: "/v1/sync/now"
        case .readdress: "/v1/sync/readdress"
        case .stock: "/v1/cabinet/stock"
        case .temperature: "/v1/cabinet/temperature"
        case .refill: "/v1/cabinet/refill"
        case .recall: "/v1/cabinet/recall"
        case .lockSlot: "/v1/cabinet/lock"
        case .homeSlot: "/v1/cabinet/home"
        case .openDoor: "/v1/cabinet/open"
        case .firmware, .updateFirmware: "/v1/cabinet/firmware"
        }
    }

    var method: HTTPRequest.Method {
        switch self {
        case .health, .status, .devices, .device, .recordDevice, .printer, .visits, .visit, .queue, .events,
            .openAPI, .faces, .faceQuality, .checkQueue, .message, .syncStatus, .diagnoseSync, .stock, .temperature,
            .firmware:
            .get
        case .signOut, .deleteFace: .delete
        case .signIn, .enrolFace, .prescribe, .sign, .dispense, .print, .abort, .resolve, .resolvePrint,
            .resetDevice, .powerCycle, .testPage, .purgePrinter, .retry, .retryAll, .hold, .release, .sendNow,
            .readdress, .refill, .recall, .lockSlot, .homeSlot, .openDoor, .updateFirmware:
            .post
        }
    }

    /// Writes change something and need an Idempotency-Key.
    var isWrite: Bool { method != .get }

    /// What the id in its path is one of, for an error message.
    var subject: String {
        if path.contains("{doctor}") { return "doctor" }
        return path.hasPrefix("/v1/queue") ? "message" : "visit"
    }

    var takesLimit: Bool { self == .visits || self == .queue }

    /// The roles that may ask for it; the owner may everything.
    var roles: Set<APIRole> {
        switch self {
        case .health, .status, .devices, .device, .printer, .visits, .visit, .queue, .events, .openAPI, .faces,
            .faceQuality, .dispense, .print, .abort, .resolve, .resolvePrint, .checkQueue, .message, .syncStatus,
            .diagnoseSync, .stock, .temperature, .firmware:
            [.owner, .technician, .doctor]
        case .signIn, .signOut, .prescribe, .sign: [.owner, .doctor]
        case .recordDevice, .resetDevice, .powerCycle, .testPage, .purgePrinter, .enrolFace, .deleteFace, .retry,
            .retryAll, .hold, .release, .sendNow, .readdress, .refill, .recall, .lockSlot, .homeSlot, .openDoor,
            .updateFirmware:
            [.owner, .technician]
        }
    }

    /// Whether whoever asks stands by as the second person: who may sign as a doctor can't be that.
    var takesWitness: Bool { self == .enrolFace || self == .deleteFace }

    /// Whether this can be the id in its path.
    func takes(id: String) -> Bool {
        if path.contains("{id}") { return UUIDv7.isUUID(id) }
        // Roles are the agent's to know.
        guard path.contains("{doctor}") else { return true }
        let isWord = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        }
        return (1...64).contains(id.utf8.count) && id.utf8.allSatisfy(isWord)
    }

    /// What a request line asks for. Throws `apiNotFound`, or `apiMethodNotAllowed` naming what is allowed.
    static func find(_ method: HTTPRequest.Method, _ path: Substring) throws(Fault) -> (Operation, String) {
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

    /// The path's parameter; empty where the pattern has none, nil where the path is another one.
    private static func match(_ pattern: String, _ parts: [Substring]) -> String? {
        let expected = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard expected.count == parts.count else { return nil }
        var id = ""
        for (want, have) in zip(expected, parts) {
            if want.first == "{", !have.isEmpty {
                id = String(have)
            } else if want != have {
                return nil
            }
        }
        return id
    }
}
