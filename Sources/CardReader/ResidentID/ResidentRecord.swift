import KioskModel
import KioskPlatform

/// The 256 bytes of text on a resident identity card (GA 490-2013): UTF-16LE, padded with spaces.
///
/// Only what the kiosk needs is taken out of it; nation, address and authority are not.
struct ResidentRecord: Sendable, Hashable {
    /// Until when the card is valid.
    enum Expiry: Sendable, Hashable {
        case never
        case on(CalendarDate)
    }

    static let length = 256

    let name: String
    let sex: PatientIdentity.Sex
    let number: CitizenNumber
    let validFrom: CalendarDate
    let validTo: Expiry

    /// Throws `cardWrongKind` for another kind of card, `cardDataInvalid` naming the field but never what it holds.
    init(parsing bytes: [UInt8]) throws(Fault) {
        guard bytes.count == Self.length else { throw Self.invalid("text", "is \(bytes.count) bytes, not 256") }
        // A blank: resident card; J: residence permit, of the same layout (GB 11643 numbers from 81 to 83).
        let kind = try Self.text(bytes, 248, 2, "type")
        guard ["", "J"].contains(kind) else {
            throw Fault(.cardWrongKind, "a card of type \(kind == "I" ? "I, for foreigners" : "not known")")
        }
        name = try Self.name(bytes)
        number = try Self.number(bytes)
        sex =
            switch try Self.text(bytes, 30, 2, "sex") {
            case "1": .male
            case "2": .female
            default: .unknown
            }
        guard let birth = CalendarDate(try Self.text(bytes, 36, 16, "birth date")) else {
            throw Self.invalid("birth date", "is no date")
        }
        guard birth.iso8601 == number.birthDate else { throw Self.invalid("birth date", "contradicts the number") }
        guard let from = CalendarDate(try Self.text(bytes, 188, 16, "valid from")) else {
            throw Self.invalid("valid from", "is no date")
        }
        validFrom = from
        let end = try Self.text(bytes, 204, 16, "valid to")
        if end == "长期" {
            validTo = .never
        } else if let date = CalendarDate(end), date.iso8601 >= from.iso8601 {
            validTo = .on(date)
        } else {
            throw Self.invalid("valid to", "is neither a date after the first nor 长期")
        }
    }

    /// The holder as the agent knows patients; the card has no number of its own that may be read.
    var identity: PatientIdentity {
        PatientIdentity(
            cardKind: .residentID, cardNumber: "", number: number.text, name: name, sex: sex,
            birthDate: number.birthDate)
    }

    private static func number(_ bytes: [UInt8]) throws(Fault) -> CitizenNumber {
        guard let number = CitizenNumber(try text(bytes, 122, 36, "number")) else {
            throw invalid("number", "fails GB 11643")
        }
        return number
    }

    private static func name(_ bytes: [UInt8]) throws(Fault) -> String {
        var name = ""
        for scalar in try text(bytes, 0, 30, "name").unicodeScalars {
            switch scalar.properties.generalCategory {
            // Rare characters have private codes on the card that no font here shows: 〓 stands for each.
            case .privateUse: name.unicodeScalars.append("〓")
            case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator:
                throw invalid("name", "has unreadable characters")
            default: name.unicodeScalars.append(scalar)
            }
        }
        guard !name.isEmpty else { throw invalid("name", "is empty") }
        return name
    }

    /// A field without its padding at the end (spaces or zeros); spaces within it stay.
    private static func text(
        _ bytes: [UInt8], _ offset: Int, _ length: Int, _ field: String
    ) throws(Fault) -> String {
        var units = Array(bytes[offset..<(offset + length)])
        while units.count >= 2, units[units.count - 1] == 0, [0x00, 0x20].contains(units[units.count - 2]) {
            units.removeLast(2)
        }
        guard let text = TextEncoding.utf16LittleEndian.decode(units) else {
            throw invalid(field, "is no UTF-16 text")
        }
        return String(text.drop(while: \.isWhitespace))
    }

    private static func invalid(_ field: String, _ why: String) -> Fault {
        Fault(.cardDataInvalid, "the card's \(field) \(why)")
    }
}
