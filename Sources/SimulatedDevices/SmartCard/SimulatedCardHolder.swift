import KioskPlatform

/// A made-up person, as a simulated social security card describes them. Use synthetic numbers only.
public struct SimulatedCardHolder: Sendable, Hashable {
    public var cardNumber: String
    /// 18 characters (GB 11643).
    public var number: String
    public var name: String
    /// GB/T 2261.1: 1 male, 2 female.
    public var sex: UInt8
    /// Eight digits, `19900307`.
    public var birthDate: String

    public init(cardNumber: String, number: String, name: String, sex: UInt8, birthDate: String) {
        self.cardNumber = cardNumber
        self.number = number
        self.name = name
        self.sex = sex
        self.birthDate = birthDate
    }

    /// The records 07 to 0D as the card stores them, by file and tag.
    var records: [UInt16: [UInt8: [UInt8]]] {
        let encodedName = TextEncoding.gb18030.encode(name) ?? []
        let bcd = birthDate.compactMap(\.wholeNumberValue).map { UInt8(truncatingIfNeeded: $0) }
        let date = stride(from: 0, to: bcd.count - 1, by: 2).map { bcd[$0] << 4 | bcd[$0 + 1] }
        return [
            0xEF05: [
                0x01: Self.record(0x01, Array(repeating: 0x31, count: 16), 16),
                0x02: Self.record(0x02, [0x33], 1),
                0x03: Self.record(0x03, Array("3.00".utf8), 4),
                0x07: Self.record(0x07, Array(cardNumber.utf8), 9),
            ],
            0xEF06: [
                0x08: Self.record(0x08, Array(number.utf8), 18),
                0x09: Self.record(0x09, encodedName, 30),
                0x0A: Self.record(0x0A, [0x30 + sex % 10], 1),
                0x0B: Self.record(0x0B, [0x01], 1),
                0x0C: Self.record(0x0C, [0x31, 0x01, 0x00], 3),
                0x0D: Self.record(0x0D, date, 4),
            ],
        ]
    }

    private static func record(_ tag: UInt8, _ value: [UInt8], _ length: Int) -> [UInt8] {
        let padded = value.prefix(length) + [UInt8](repeating: 0, count: max(0, length - value.count))
        return [tag, UInt8(length)] + padded
    }
}
