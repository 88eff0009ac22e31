import KioskModel
import KioskPlatform

/// The records of a social security card that are readable without keys (files EF05 and EF06), and what they mean.
///
/// Numbers and dates are checked: an identity that the card itself contradicts is refused, never guessed.
struct SocialSecurityRecords: Sendable {
    /// A record's tag, its file and its nominal length.
    enum Record: UInt8, Sendable, CaseIterable {
        case cardNumber = 0x07
        case number = 0x08
        case name = 0x09
        case sex = 0x0A
        case birthDate = 0x0D

        var file: UInt16 { self == .cardNumber ? 0xEF05 : 0xEF06 }

        var length: UInt8 {
            switch self {
            case .cardNumber: 9
            case .number: 18
            case .name: 30
            case .sex: 1
            case .birthDate: 4
            }
        }

        /// Whether a card without it is of no use.
        var isRequired: Bool { self == .cardNumber || self == .number || self == .name }
    }

    private var values: [Record: [UInt8]] = [:]

    /// Takes what READ RECORD returned for a record; anything else that came with it is skipped.
    mutating func add(_ bytes: [UInt8], for record: Record) throws(Fault) {
        do {
            let elements = try TagLengthValue.simple(bytes)
            if let found = elements.first(where: { $0.tag == record.rawValue }) { values[record] = found.value }
        } catch {
            throw invalid(record, "is cut short")
        }
    }

    /// The identity, or `cardDataInvalid` naming the record at fault but never what it holds.
    func identity() throws(Fault) -> PatientIdentity {
        guard let number = CitizenNumber(try text(.number)) else { throw invalid(.number, "fails GB 11643") }
        let birthDate = values[.birthDate].flatMap(CalendarDate.init(bcd:))?.iso8601
        if let birthDate, birthDate != number.birthDate { throw invalid(.birthDate, "contradicts record 08") }
        return PatientIdentity(
            cardKind: .socialSecurity, cardNumber: try text(.cardNumber), number: number.text, name: try name(),
            sex: sex, birthDate: birthDate ?? number.birthDate)
    }

    /// Printable ASCII without its padding.
    private func text(_ record: Record) throws(Fault) -> String {
        let bytes = try unpadded(record)
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw invalid(record, "is no plain text") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func name() throws(Fault) -> String {
        let bytes = try unpadded(.name)
        // Newer cards hold characters that GBK lacks; GB18030 keeps GBK's two-byte codes.
        guard let decoded = TextEncoding.gbk.decode(bytes) ?? TextEncoding.gb18030.decode(bytes) else {
            throw invalid(.name, "is no GBK text")
        }
        guard decoded.unicodeScalars.allSatisfy(Self.isReadable) else {
            throw invalid(.name, "has unreadable characters")
        }
        let name = String(
            decoded.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !name.isEmpty else { throw invalid(.name, "is empty") }
        return name
    }

    /// GB/T 2261.1, as a digit or its character.
    private var sex: PatientIdentity.Sex {
        switch values[.sex] {
        case [0x01], [UInt8(ascii: "1")]: .male
        case [0x02], [UInt8(ascii: "2")]: .female
        default: .unknown
        }
    }

    /// The bytes before the padding (00, FF, spaces), which nothing else may follow.
    private func unpadded(_ record: Record) throws(Fault) -> [UInt8] {
        guard let value = values[record] else { throw invalid(record, "is missing") }
        let end = value.firstIndex { $0 == 0x00 || $0 == 0xFF } ?? value.endIndex
        guard value[end...].allSatisfy({ $0 == 0x00 || $0 == 0xFF || $0 == 0x20 }) else {
            throw invalid(record, "goes on after its padding")
        }
        let bytes = value[..<end].reversed().drop { $0 == 0x20 }.reversed()
        guard !bytes.isEmpty else { throw invalid(record, "is empty") }
        return Array(bytes)
    }

    private func invalid(_ record: Record, _ why: String) -> Fault {
        Fault(.cardDataInvalid, "record \(hex(record.rawValue).dropFirst(2)) \(why)")
    }

    /// Neither a control character, which a printer would obey, nor one that no font can show.
    private static func isReadable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
