/// A number below the order L of edwards25519's base point (RFC 8032 section 5.1).
struct Scalar25519 {
    private var limbs = InlineArray<8, UInt32>(repeating: 0)

    /// L, the lowest limb first.
    private static var order: InlineArray<8, UInt32> {
        [0x5CF5_D3ED, 0x5812_631A, 0xA2F7_9CD6, 0x14DE_F9DE, 0, 0, 0, 0x1000_0000]
    }

    /// 32 bytes, little-endian, from `offset` on; nil where they are L or more (RFC 8032 section 5.1.7, step 1).
    init?<let size: Int>(_ bytes: FixedBytes<size>, at offset: Int) {
        for index in 0..<32 {
            limbs[index >> 2] |= UInt32(bytes.byte(at: offset + index) ?? 0) << UInt32(8 * (index & 3))
        }
        guard !isTooLarge else { return nil }
    }

    /// 64 bytes, little-endian, modulo L.
    init(reducing bytes: FixedBytes<64>) {
        for index in 0..<512 {
            let bit = 511 - index
            shift(in: UInt32((bytes.byte(at: bit >> 3) ?? 0) >> UInt8(bit & 7)) & 1)
            if isTooLarge { subtractOrder() }
        }
    }

    /// The bit of weight 2^index, for an index below 256.
    func bit(_ index: Int) -> Bool { limbs[index >> 5] >> UInt32(index & 31) & 1 != 0 }

    private mutating func shift(in bit: UInt32) {
        var carry = bit
        for index in 0..<8 {
            let limb = limbs[index]
            limbs[index] = limb << 1 | carry
            carry = limb >> 31
        }
    }

    private var isTooLarge: Bool {
        let order = Self.order
        var index = 7
        while index >= 0 {
            if limbs[index] != order[index] { return limbs[index] > order[index] }
            index -= 1
        }
        return true
    }

    private mutating func subtractOrder() {
        let order = Self.order
        var borrow: UInt64 = 0
        for index in 0..<8 {
            let value = UInt64(limbs[index]) &- UInt64(order[index]) &- borrow
            limbs[index] = UInt32(truncatingIfNeeded: value)
            borrow = value >> 63
        }
    }
}
