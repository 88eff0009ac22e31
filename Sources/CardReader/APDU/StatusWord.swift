/// SW1 SW2 of a response (ISO 7816-4 section 5.6).
struct StatusWord: RawRepresentable, Sendable, Hashable {
    let rawValue: UInt16

    static let success = StatusWord(rawValue: 0x9000)
    static let securityNotSatisfied = StatusWord(rawValue: 0x6982)
    static let authenticationBlocked = StatusWord(rawValue: 0x6983)
    static let fileNotFound = StatusWord(rawValue: 0x6A82)
    static let recordNotFound = StatusWord(rawValue: 0x6A83)
    static let referencedDataNotFound = StatusWord(rawValue: 0x6A88)

    var high: UInt8 { UInt8(rawValue >> 8) }
    var low: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

    /// `61xx`: so many bytes more by GET RESPONSE; 256 or more for `6100`.
    var bytesAvailable: Int? { high == 0x61 ? (low == 0 ? 256 : Int(low)) : nil }
    /// `6Cxx`: repeat with this Le.
    var exactLength: UInt8? { high == 0x6C ? low : nil }
    /// `63Cx`: so many tries left.
    var triesLeft: Int? { rawValue & 0xFFF0 == 0x63C0 ? Int(rawValue & 0x0F) : nil }
}

extension StatusWord: CustomStringConvertible {
    var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "SW " + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
