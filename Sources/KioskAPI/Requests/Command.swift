import KioskModel

/// A write that was understood: what to do, ready to be handed to the agent.
enum Command: Sendable {
    case signIn(Secret<String>)
    case signOut
    case enrolFace(Secret<String>, person: String)
    case deleteFace(person: String)
    case prescribe(PrescriptionDraft)
    case sign(Secret<String>?, shown: PrescriptionID?)
    case dispense
    case print
    case abort
    case resolve(transaction: UInt32, dropped: Bool, person: String)
    case resolvePrint(printed: Bool, person: String)
    case resetDevice(power: Bool)
    case testPage(PrintDocument.Language)
    case purgePrinter
    case retry
    case retryAll
    case hold
    case release
    case sendNow
    case readdress(url: String, person: String)
    case refill(RefillOrder)
    case recall(RecallOrder)
    case lockSlot(SlotLockOrder)
    case homeSlot(HomeOrder)
    case openDoor(DoorOrder)
    case updateFirmware(FirmwareOrder)

    /// Reads the body of a write. Throws `apiMalformed` naming the field that is wrong.
    init(_ operation: Operation, body: [UInt8]) throws(Fault) {
        let value: JSONValue = body.isEmpty ? .object([:]) : try JSONValue(parsing: body)
        var fields = try JSONFields(value)
        switch operation {
        case .signIn:
            self = .signIn(try Self.neededPIN(&fields))
        case .sign: self = .sign(try Self.pin(&fields), shown: try Self.shown(&fields))
        case .prescribe: self = .prescribe(try Self.draft(&fields))
        case .resolve:
            let transaction = try fields.integer("transaction", in: 1...Int(UInt32.max))
            self = .resolve(
                transaction: UInt32(clamping: transaction), dropped: try fields.flag("dropped"),
                person: try fields.text("by", limit: 64))
        case .resolvePrint:
            self = .resolvePrint(printed: try fields.flag("printed"), person: try fields.text("by", limit: 64))
        case .resetDevice: self = .resetDevice(power: false)
        case .powerCycle: self = .resetDevice(power: true)
        case .testPage:
            let language = try fields.optionalText("language", limit: 2) ?? PrintDocument.Language.zh.rawValue
            guard let language = PrintDocument.Language(rawValue: language) else {
                throw Fault(.apiMalformed, "language: zh or en are allowed")
            }
            self = .testPage(language)
        case .purgePrinter: self = .purgePrinter
        case .signOut: self = .signOut
        case .enrolFace:
            self = .enrolFace(try Self.neededPIN(&fields), person: try fields.text("by", limit: 64))
        case .deleteFace: self = .deleteFace(person: try fields.text("by", limit: 64))
        case .dispense: self = .dispense
        case .print: self = .print
        case .abort: self = .abort
        case .retry: self = .retry
        case .retryAll: self = .retryAll
        case .hold: self = .hold
        case .release: self = .release
        case .sendNow: self = .sendNow
        case .readdress:
            self = .readdress(url: try fields.text("url", limit: 500), person: try fields.text("by", limit: 64))
        case .refill: self = .refill(try RefillOrder(&fields))
        case .recall: self = .recall(try RecallOrder(&fields))
        case .lockSlot: self = .lockSlot(try SlotLockOrder(&fields))
        case .homeSlot: self = .homeSlot(try HomeOrder(&fields))
        case .openDoor: self = .openDoor(try DoorOrder(&fields))
        case .updateFirmware: self = .updateFirmware(try FirmwareOrder(&fields))
        case .health, .status, .devices, .device, .recordDevice, .printer, .visits, .visit, .queue, .events, .openAPI,
            .faces, .faceQuality, .checkQueue, .message, .syncStatus, .diagnoseSync, .stock, .temperature,
            .firmware:
            throw Fault(.apiMethodNotAllowed)
        }
        try fields.end()
    }

    /// What of the body the request's fingerprint covers. A PIN is left out: a hash of so few digits is soon reversed.
    func fingerprinted(_ body: [UInt8]) -> [UInt8] {
        switch self {
        case .signIn: Array("pin".utf8)
        case .enrolFace(_, let person): Array("pin \(person)".utf8)
        case .sign(let pin, let shown):
            Array([pin == nil ? nil : "pin", shown].compactMap(\.self).joined(separator: " ").utf8)
        default: body
        }
    }

    private static func neededPIN(_ fields: inout JSONFields) throws(Fault) -> Secret<String> {
        guard let pin = try pin(&fields) else { throw Fault(.apiMalformed, "pin is missing") }
        return pin
    }

    private static func pin(_ fields: inout JSONFields) throws(Fault) -> Secret<String>? {
        guard let text = try fields.optionalText("pin", limit: 64) else { return nil }
        let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDigits, (4...12).contains(text.utf8.count) else {
            throw Fault(.apiMalformed, "pin: 4 to 12 digits are allowed")
        }
        return Secret(text)
    }

    /// The prescription that the doctor has seen, where the request names one.
    private static func shown(_ fields: inout JSONFields) throws(Fault) -> PrescriptionID? {
        guard let id = try fields.optionalText("prescription", limit: 64) else { return nil }
        guard UUIDv7.isUUID(id) else { throw Fault(.apiMalformed, "prescription: a UUID is needed") }
        return id
    }

    private static func draft(_ fields: inout JSONFields) throws(Fault) -> PrescriptionDraft {
        var diagnosis = try fields.object("diagnosis")
        let coded = CodedText(
            system: try diagnosis.text("system"), code: try diagnosis.text("code", limit: 64),
            display: try diagnosis.text("display"))
        try diagnosis.end()
        var lines: [PrescriptionLine] = []
        for var line in try fields.objects("lines", count: 1...20) {
            lines.append(
                PrescriptionLine(
                    medicine: try line.text("medicine", limit: 64), name: try line.text("name"),
                    strength: try line.text("strength"), boxes: try line.integer("boxes", in: 1...99),
                    dose: try line.text("dose"), route: try line.text("route"),
                    frequency: try line.text("frequency"), days: try line.integer("days", in: 1...365)))
            try line.end()
        }
        return PrescriptionDraft(diagnosis: coded, lines: lines)
    }
}
