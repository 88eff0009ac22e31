import KioskPlatform

/// A made-up resident identity card: its 256 bytes of text and an opaque picture. Use synthetic numbers only.
public struct SimulatedResidentCard: Sendable, Hashable {
    /// UTF-16LE, padded with spaces (GA 490-2013).
    public var text: [UInt8]
    public var photo: [UInt8]

    /// Dates have eight digits, `19900307`; `validTo` may be 长期.
    public init(
        name: String, sex: UInt8, birthDate: String, number: String, address: String = "",
        validFrom: String = "20200101",
        validTo: String = "20400101"
    ) {
        text = Self.pad("", 256)
        // WLT begins with these letters; no more of it is known in the open.
        photo = (0..<1024).map { $0 < 4 ? Array("WLf~".utf8)[$0] : UInt8(truncatingIfNeeded: $0 &* 37) }
        set(name, at: 0, length: 30)
        set("\(sex % 10)", at: 30, length: 2)
        set("01", at: 32, length: 4)
        set(birthDate, at: 36, length: 16)
        set(address, at: 52, length: 70)
        set(number, at: 122, length: 36)
        set("北京市公安局测试分局", at: 158, length: 30)
        set(validFrom, at: 188, length: 16)
        set(validTo, at: 204, length: 16)
    }

    /// Writes a field, padded with spaces, or cut.
    public mutating func set(_ value: String, at offset: Int, length: Int) {
        text.replaceSubrange(offset..<(offset + length), with: Self.pad(value, length))
    }

    private static func pad(_ value: String, _ length: Int) -> [UInt8] {
        let bytes = (TextEncoding.utf16LittleEndian.encode(value) ?? []).prefix(length)
        return bytes + (bytes.count..<length).map { $0.isMultiple(of: 2) ? 0x20 : 0x00 }
    }
}
