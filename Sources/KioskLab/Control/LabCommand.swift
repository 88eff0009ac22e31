/// One instruction to the laboratory in plain words, as a person or a script writes it.
public enum LabCommand: Sendable, Hashable {
    case insertCard(String)
    case removeCard
    case pullCard(afterAPDUs: Int)
    case layIDCard(String)
    case liftIDCard
    case insertDoctorCard
    case removeDoctorCard
    case paperOut
    case paperOutAfter(bytes: Int)
    case lowPaper
    case loadPaper
    case openCover
    case closeCover
    case jamCutter
    case freeCutter
    case printerOffline
    case printerOnline
    /// Another printer stands in its place, switched on a moment ago.
    case printerModel(LabPrinterModel)
    /// The ID reader ends its next read with this SW3.
    case idReaderSays(UInt8)
    /// The next transfer with a device meets a halt, is never answered, or carries a wrong byte.
    case disturb(LabBus, WireTrouble)
    /// Another device stands in a device's port.
    case stranger(LabBus)
    case jam(slot: Int)
    case empty(slot: Int)
    case clear(slot: Int)
    case fill(slot: Int, boxes: Int)
    case temperature(Int?)
    case openDoor
    case closeDoor
    case cabinetPower(on: Bool)
    /// In the middle of its next turn the cabinet loses its power; then it has it again.
    case cutCabinetInTurn
    case corruptNextFrame
    case loseNextReply
    case unplug(LabBus)
    case plug(LabBus)
    case delay(LabBus, milliseconds: Int)
    case camera(CameraWord)
    case play(String)
    case stopPlaying
    case platform(PlatformBehaviour)
    case platformTrait(PlatformTrait)
    case platformCertificate(LabAuthority.Flaw)
    case kioskCertificate(LabAuthority.Flaw)
    case platformOrder(PlatformOrder)
    case platformWithoutOrder
    case platformRefusesSimulated
    case lie(LabBus)
    case countBoxes
    /// How often the ID reader was asked for a card.
    case countIDReaderLooks
    case countBundles
    case status

    public enum WireTrouble: String, Sendable, Hashable, CaseIterable { case stall, hang, corrupt }

    /// Every form, for `help` and for the error of an unknown one.
    public static let forms = others + CameraWord.forms

    private static let others = [
        "insert card NAME", "remove card", "pull card after N", "lay id card NAME", "lift id card",
        "insert doctor card", "remove doctor card",
        "paper out", "paper out after N", "low paper", "load paper", "jam cutter", "free cutter",
        "printer offline", "printer online", "printer model usual|no-fence|no-reset|mute", "id reader says HH",
        "stall DEVICE", "hang DEVICE", "corrupt DEVICE", "stranger DEVICE", "open cover", "close cover", "jam slot N",
        "empty slot N",
        "clear slot N", "fill slot N M", "temperature N", "thermometer silent", "open door", "close door",
        "switch cabinet off", "switch cabinet on", "cut cabinet in next turn",
        "corrupt next frame", "lose next reply", "unplug DEVICE",
        "plug DEVICE", "delay DEVICE N", "lie DEVICE", "platform accept", "platform refuse STATUS",
        "platform fail entry N", "platform wrong ids", "platform cut", "platform slow N",
        "platform busy N", "platform refuse simulated", "platform babble", "platform proxy STATUS",
        "platform batches", "platform no batches", "platform gzip", "platform no gzip", "platform poison TEXT",
        "platform no poison", "platform break on TEXT", "platform no break",
        "platform order [expired|old|forged|stranger] URL", "platform no order",
        "kiosk certificate good|expired|early|stranger",
        "platform certificate good|expired|early|stranger|other host", "count boxes", "count bundles",
        "count id reader looks", "status", "play FILE", "stop playing",
    ]

    /// Throws `LabError` that lists the forms.
    public init(parsing line: String) throws(LabError) {
        let words = line.split(separator: " ").map(String.init)
        if let simple = Self.simple[words.joined(separator: " ")] {
            self = simple
            return
        }
        if let counted = Self.counted(words) {
            self = counted
            return
        }
        if let word = CameraWord(words) {
            self = .camera(word)
            return
        }
        switch (words.first, words.dropFirst().first) {
        case ("play", let file?) where words.count == 2: self = .play(file)
        case ("insert", "card") where words.count == 3: self = .insertCard(words[2])
        case ("lay", "id") where words.count == 4 && words[2] == "card": self = .layIDCard(words[3])
        case ("id", "reader") where words.count == 4 && words[2] == "says":
            guard let status = UInt8(words[3], radix: 16) else { throw LabError("id reader says HH: two hex digits") }
            self = .idReaderSays(status)
        case ("printer", "model"?):
            guard words.count == 3, let model = LabPrinterModel(rawValue: words[2]) else {
                throw LabError(
                    "printer model " + LabPrinterModel.allCases.map(\.rawValue).joined(separator: ", "))
            }
            self = .printerModel(model)
        case (let word?, let device?) where words.count == 2 && WireTrouble(rawValue: word) != nil:
            self = .disturb(try Self.bus(device), WireTrouble(rawValue: word) ?? .stall)
        case ("stranger", let device?) where words.count == 2: self = .stranger(try Self.bus(device))
        case ("unplug", let device?) where words.count == 2: self = .unplug(try Self.bus(device))
        case ("plug", let device?) where words.count == 2: self = .plug(try Self.bus(device))
        case ("lie", let device?) where words.count == 2: self = .lie(try Self.bus(device))
        case ("delay", let device?):
            guard words.count == 3, let milliseconds = Int(words[2]), (0...60_000).contains(milliseconds) else {
                throw LabError("delay DEVICE N: N is 0 to 60000 milliseconds")
            }
            self = .delay(try Self.bus(device), milliseconds: milliseconds)
        case ("fill", "slot"):
            guard words.count == 4, let slot = Int(words[2]), let boxes = Int(words[3]), (0...999).contains(boxes)
            else {
                throw LabError("fill slot N M: M is 0 to 999 boxes")
            }
            self = .fill(slot: slot, boxes: boxes)
        case ("platform", .some):
            let rest = words.dropFirst().joined(separator: " ")
            if let behaviour = PlatformBehaviour(words: rest) {
                self = .platform(behaviour)
            } else if let trait = PlatformTrait(words: rest) {
                self = .platformTrait(trait)
            } else if let order = PlatformOrder(words: rest) {
                self = .platformOrder(order)
            } else if words.count > 2, words[1] == "certificate",
                let flaw = LabAuthority.Flaw(rawValue: words.dropFirst(2).joined(separator: " "))
            {
                self = .platformCertificate(flaw)
            } else {
                throw LabError("the platform can't \(rest)")
            }
        case ("kiosk", "certificate"?):
            guard let flaw = LabAuthority.Flaw(rawValue: words.dropFirst(2).joined(separator: " ")) else {
                throw LabError("kiosk certificate good, expired, early or stranger")
            }
            self = .kioskCertificate(flaw)
        default: throw LabError("unknown words: \(line). Known: " + Self.forms.joined(separator: "; "))
        }
    }

    private static let simple: [String: LabCommand] = [
        "remove card": .removeCard, "low paper": .lowPaper, "jam cutter": .jamCutter, "free cutter": .freeCutter,
        "printer offline": .printerOffline, "printer online": .printerOnline,
        "lift id card": .liftIDCard, "insert doctor card": .insertDoctorCard,
        "remove doctor card": .removeDoctorCard,
        "paper out": .paperOut, "load paper": .loadPaper, "open cover": .openCover, "close cover": .closeCover,
        "thermometer silent": .temperature(nil), "open door": .openDoor, "close door": .closeDoor,
        "switch cabinet off": .cabinetPower(on: false), "switch cabinet on": .cabinetPower(on: true),
        "cut cabinet in next turn": .cutCabinetInTurn, "corrupt next frame": .corruptNextFrame,
        "lose next reply": .loseNextReply, "platform no order": .platformWithoutOrder,
        "platform refuse simulated": .platformRefusesSimulated, "count boxes": .countBoxes,
        "count bundles": .countBundles, "count id reader looks": .countIDReaderLooks, "status": .status,
        "stop playing": .stopPlaying,
    ]

    private static func counted(_ words: [String]) -> LabCommand? {
        guard let last = words.last, let number = Int(last), number >= 0 else { return nil }
        return switch words.dropLast().joined(separator: " ") {
        case "pull card after": .pullCard(afterAPDUs: number)
        case "paper out after": .paperOutAfter(bytes: number)
        case "jam slot": .jam(slot: number)
        case "empty slot": .empty(slot: number)
        case "clear slot": .clear(slot: number)
        case "temperature": .temperature(number)
        default: nil
        }
    }

    private static func bus(_ word: String) throws(LabError) -> LabBus {
        guard let bus = LabBus(word: word) else {
            throw LabError("no device \(word). Known: " + LabBus.allCases.map(\.word).joined(separator: ", "))
        }
        return bus
    }
}

/// What the laboratory can't do, in words.
public struct LabError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
