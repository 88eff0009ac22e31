/// A point of edwards25519 in extended coordinates (RFC 8032 section 5.1.4): x = X/Z, y = Y/Z, xy = T/Z.
struct CurvePoint {
    var x: Field25519
    var y: Field25519
    var z: Field25519
    var t: Field25519

    static var identity: Self { Self(x: .zero, y: .one, z: .one, t: .zero) }

    /// The base point (RFC 8032 section 5.1).
    static var base: Self {
        Self(
            x: Field25519([
                0x8F25_D51A, 0xC956_2D60, 0x9525_A7B2, 0x692C_C760, 0xFDD6_DC5C, 0xC0A4_E231, 0xCD6E_53FE, 0x2169_36D3,
            ]),
            y: Field25519([
                0x6666_6658, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666,
            ]),
            z: .one,
            t: Field25519([
                0xA5B7_DDA3, 0x6DDE_8AB3, 0x7751_52F5, 0x20F0_9F80, 0x64AB_E37D, 0x66EA_4E8E, 0xD78B_7665, 0x6787_5F0F,
            ]))
    }

    /// -121665/121666.
    private static var d: Field25519 {
        Field25519([
            0x1359_78A3, 0x75EB_4DCA, 0x4141_D8AB, 0x0070_0A4D, 0x7779_E898, 0x8CC7_4079, 0x2B6F_FE73, 0x5203_6CEE,
        ])
    }

    private static var twiceD: Field25519 {
        Field25519([
            0x26B2_F159, 0xEBD6_9B94, 0x8283_B156, 0x00E0_149A, 0xEEF3_D130, 0x198E_80F2, 0x56DF_FCE7, 0x2406_D9DC,
        ])
    }

    private static var rootOfMinusOne: Field25519 {
        Field25519([
            0x4A0E_A0B0, 0xC4EE_1B27, 0xAD2F_E478, 0x2F43_1806, 0x3DFB_D7A7, 0x2B4D_0099, 0x4FC1_DF0B, 0x2B83_2480,
        ])
    }

    /// The addition of RFC 8032 section 5.1.4, which doubles too: it has no exceptions on this curve.
    static func + (one: Self, other: Self) -> Self {
        let a = (one.y - one.x) * (other.y - other.x)
        let b = (one.y + one.x) * (other.y + other.x)
        let c = one.t * twiceD * other.t
        let product = one.z * other.z
        let d = product + product
        let (e, f, g, h) = (b - a, d - c, d + c, b + a)
        return Self(x: e * f, y: g * h, z: f * g, t: e * h)
    }

    static prefix func - (point: Self) -> Self {
        Self(x: .zero - point.x, y: point.y, z: point.z, t: .zero - point.t)
    }
}

extension CurvePoint {
    /// Decodes 32 bytes (RFC 8032 section 5.1.3). Nil where they are no point, or not in their one right form.
    init?(_ encoded: FixedBytes<32>) {
        let y = Field25519(encoded)
        let wantsOdd = (encoded.byte(at: 31) ?? 0) & 0x80 != 0
        let back = y.bytes
        for index in 0..<32 {
            let mask: UInt8 = index == 31 ? 0x7F : 0xFF
            guard back.byte(at: index) == (encoded.byte(at: index) ?? 0) & mask else { return nil }
        }
        let square = y * y
        let u = square - .one
        let v = Self.d * square + .one
        let v3 = v * v * v
        var x = u * v3 * (u * v3 * v3 * v).rootPower
        let check = v * x * x
        if !(check - u).isZero {
            guard (check + u).isZero else { return nil }
            x = x * Self.rootOfMinusOne
        }
        guard !x.isZero || !wantsOdd else { return nil }
        if x.isOdd != wantsOdd { x = .zero - x }
        self.init(x: x, y: y, z: .one, t: x * y)
    }

    /// Its 32 bytes (RFC 8032 section 5.1.2).
    var encoded: FixedBytes<32> {
        let inverse = z.inverse
        var bytes = (y * inverse).bytes
        if (x * inverse).isOdd { bytes.set((bytes.byte(at: 31) ?? 0) | 0x80, at: 31) }
        return bytes
    }
}
