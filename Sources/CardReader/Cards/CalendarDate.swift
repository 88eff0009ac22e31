/// A date of the Gregorian calendar as eight digits, `19900131`.
struct CalendarDate: Sendable, Hashable {
    let iso8601: String

    /// Nil for anything that is no date between 1850 and 2199.
    init?(_ digits: String) {
        let characters = Array(digits)
        guard characters.count == 8, characters.allSatisfy({ $0.isASCII && $0.isWholeNumber }),
            let year = Int(String(characters[0..<4])), let month = Int(String(characters[4..<6])),
            let day = Int(String(characters[6..<8])),
            (1850...2199).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(month, year)
        else { return nil }
        iso8601 = [characters[0..<4], characters[4..<6], characters[6..<8]].map { String($0) }.joined(separator: "-")
    }

    /// From four bytes of binary-coded decimals.
    init?(bcd bytes: [UInt8]) {
        guard bytes.count == 4, bytes.allSatisfy({ $0 >> 4 < 10 && $0 & 0x0F < 10 }) else { return nil }
        self.init(bytes.map { "\($0 >> 4)\($0 & 0x0F)" }.joined())
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
