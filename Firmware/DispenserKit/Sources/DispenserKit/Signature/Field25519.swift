/// A number modulo 2^255 - 19, in eight 32-bit limbs, the lowest first.
///
/// Between operations any representative below 2^256 may stand; 2^256 counts as 38. Not in constant time: everything
/// that is computed here is public.
struct Field25519 {
    var limbs: InlineArray<8, UInt32>

    static var zero: Self { Self(0) }
    static var one: Self { Self(1) }

    init(_ limbs: InlineArray<8, UInt32>) { self.limbs = limbs }

    init(_ small: UInt32) {
        limbs = InlineArray(repeating: 0)
        limbs[0] = small
    }

    /// 32 bytes, little-endian, without the top bit, from `offset` on.
    init<let size: Int>(_ bytes: FixedBytes<size>, at offset: Int = 0) {
        self.init(0)
        for index in 0..<32 {
            limbs[index >> 2] |= UInt32(bytes.byte(at: offset + index) ?? 0) << UInt32(8 * (index & 3))
        }
        limbs[7] &= 0x7FFF_FFFF
    }

    static func + (one: Self, other: Self) -> Self {
        var sum = one
        var carry: UInt64 = 0
        for index in 0..<8 {
            carry &+= UInt64(one.limbs[index]) &+ UInt64(other.limbs[index])
            sum.limbs[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        sum.fold(carry)
        return sum
    }

    static func - (one: Self, other: Self) -> Self {
        var difference = one
        var borrow: UInt32 = 0
        for index in 0..<8 {
            let value = UInt64(one.limbs[index]) &- UInt64(other.limbs[index]) &- UInt64(borrow)
            difference.limbs[index] = UInt32(truncatingIfNeeded: value)
            borrow = value >> 63 == 0 ? 0 : 1
        }
        // Each borrow beyond the top took 2^256, that is 38; taking that away may borrow once more.
        while borrow != 0 { borrow = difference.subtract(38) }
        return difference
    }

    static func * (one: Self, other: Self) -> Self {
        var product = InlineArray<16, UInt32>(repeating: 0)
        for left in 0..<8 {
            var carry: UInt64 = 0
            for right in 0..<8 {
                // At most (2^32 - 1)^2 + 2 (2^32 - 1), which just fits.
                carry &+=
                    UInt64(product[left + right])
                    &+ UInt64(one.limbs[left]) &* UInt64(other.limbs[right])
                product[left + right] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            product[left + 8] = UInt32(truncatingIfNeeded: carry)
        }
        var result = zero
        var carry: UInt64 = 0
        for index in 0..<8 {
            carry &+= UInt64(product[index]) &+ 38 &* UInt64(product[index + 8])
            result.limbs[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        result.fold(carry)
        return result
    }

    /// Adds what went beyond the top.
    private mutating func fold(_ excess: UInt64) {
        var excess = excess
        while excess != 0 {
            var carry = 38 &* excess
            for index in 0..<8 {
                carry &+= UInt64(limbs[index])
                limbs[index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            excess = carry
        }
    }

    private mutating func subtract(_ small: UInt32) -> UInt32 {
        var borrow = small
        for index in 0..<8 {
            let (value, isBelow) = limbs[index].subtractingReportingOverflow(borrow)
            limbs[index] = value
            borrow = isBelow ? 1 : 0
        }
        return borrow
    }

    /// The one representative below 2^255 - 19.
    var canonical: Self {
        var value = self
        // Twice, because the first time may leave up to 19 too much.
        for _ in 0..<2 {
            var carry = 19 &* UInt64(value.limbs[7] >> 31)
            value.limbs[7] &= 0x7FFF_FFFF
            for index in 0..<8 {
                carry &+= UInt64(value.limbs[index])
                value.limbs[index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
        }
        var more = value + Self(19)
        guard more.limbs[7] >> 31 != 0 else { return value }
        more.limbs[7] &= 0x7FFF_FFFF
        return more
    }

    /// 32 bytes, little-endian.
    var bytes: FixedBytes<32> {
        let value = canonical
        var bytes = FixedBytes<32>()
        for index in 0..<8 { bytes.append(littleEndian: value.limbs[index]) }
        return bytes
    }

    var isZero: Bool {
        let value = canonical
        for index in 0..<8 where value.limbs[index] != 0 { return false }
        return true
    }

    var isOdd: Bool { canonical.limbs[0] & 1 != 0 }

    /// This number to the power of 2^255 - 21: its inverse.
    var inverse: Self { power(bits: 255, withoutBits: 2, 4) }

    /// This number to the power of 2^252 - 3, with which RFC 8032 section 5.1.3 finds square roots.
    var rootPower: Self { power(bits: 252, withoutBits: 1, 1) }

    /// An exponent of so many bits, all set but two.
    private func power(bits: Int, withoutBits one: Int, _ other: Int) -> Self {
        var result = self
        var bit = bits - 2
        while bit >= 0 {
            result = result * result
            if bit != one, bit != other { result = result * self }
            bit -= 1
        }
        return result
    }
}
