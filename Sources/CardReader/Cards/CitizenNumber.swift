/// The citizen identification number of 18 characters (GB 11643-1999).
struct CitizenNumber: Sendable, Hashable {
    let text: String
    /// ISO 8601, from characters 7 to 14.
    let birthDate: String

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checkCharacters = Array("10X98765432")
    /// GB/T 2260 provinces; 81 to 83 are residents from Hong Kong, Macao and Taiwan.
    private static let regions: Set<Int> = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62,
        63, 64, 65, 71, 81, 82, 83,
    ]

    /// Nil unless length, region, date and check character are right. A small `x` becomes `X`.
    init?(_ raw: String) {
        let characters = Array(raw.uppercased())
        guard characters.count == 18, raw.utf8.count == 18 else { return nil }
        let digits = characters.prefix(17).compactMap { $0.isASCII ? $0.wholeNumberValue : nil }
        guard digits.count == 17 else { return nil }
        let sum = zip(digits, Self.weights).reduce(0) { $0 + $1.0 * $1.1 }
        guard characters[17] == Self.checkCharacters[sum % 11] else { return nil }
        // A leading 9 is a foreigner's permanent residence card; its next digits follow another table.
        guard digits[0] == 9 || Self.regions.contains(digits[0] * 10 + digits[1]) else { return nil }
        guard let date = CalendarDate(String(characters[6..<14])) else { return nil }
        text = String(characters)
        birthDate = date.iso8601
    }
}
