/// Some of the slots 0…255, one bit each; bit 0 of byte 0 is slot 0.
public struct SlotSet: Sendable {
    private var bits = InlineArray<32, UInt8>(repeating: 0)

    public init() {}

    public func contains(_ slot: UInt16) -> Bool { slot < 256 && bits[Int(slot >> 3)] & 1 << UInt8(slot & 7) != 0 }

    /// Slots above 255 are left out.
    public mutating func insert(_ slot: UInt16) {
        if slot < 256 { bits[Int(slot >> 3)] |= 1 << UInt8(slot & 7) }
    }

    public var count: UInt16 {
        var count: UInt16 = 0
        for index in 0..<32 { count += UInt16(bits[index].nonzeroBitCount) }
        return count
    }

    /// Only the bytes up to the last one that is not zero: most cabinets have few slots.
    func append(to body: inout FrameBody) {
        var length = 32
        while length > 0, bits[length - 1] == 0 { length -= 1 }
        for index in 0..<length { body.append(bits[index]) }
    }

    /// Nil where there are more than 32 bytes.
    init?(rest reader: inout ByteReader<248>) {
        var index = 0
        while let byte = reader.byte() {
            guard index < 32 else { return nil }
            bits[index] = byte
            index += 1
        }
    }
}
