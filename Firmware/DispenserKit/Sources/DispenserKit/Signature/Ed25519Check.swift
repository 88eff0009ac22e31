/// Whether a signature is good (Ed25519, RFC 8032 section 5.1.7), in small steps: a controller that looks at its
/// motors and kicks its watchdog can't wait for the whole.
///
/// First the message byte by byte, then `step` until it says. Without the cofactor: R must be exactly [S]B - [h]A.
public struct Ed25519Check {
    /// Steps after the message.
    public static var steps: Int { 254 }

    private let r: FixedBytes<32>
    private let s: Scalar25519
    private let minusKey: CurvePoint
    private let difference: CurvePoint
    private var hash = SHA512()
    private var h: Scalar25519?
    private var sum = CurvePoint.identity
    private var bit = 252

    /// Nil where the key is no point, or S is not below L: nothing can have such a signature.
    public init?(publicKey: FixedBytes<32>, signature: FixedBytes<64>) {
        guard signature.count == 64, publicKey.count == 32, let s = Scalar25519(signature, at: 32),
            let key = CurvePoint(publicKey)
        else { return nil }
        self.s = s
        var r = FixedBytes<32>()
        for index in 0..<32 { r.append(signature.byte(at: index) ?? 0) }
        self.r = r
        minusKey = -key
        difference = .base + minusKey
        hash.update(r)
        hash.update(publicKey)
    }

    /// Takes the next byte of the message.
    public mutating func update(_ byte: UInt8) { hash.update(byte) }

    /// Goes on after the message has ended; the verdict, or nil while there is more to do.
    public mutating func step() -> Bool? {
        guard let h else {
            h = Scalar25519(reducing: hash.finish())
            return nil
        }
        guard bit >= 0 else { return isGood }
        // [S]B and [h](-A) at once (Straus): one doubling for both.
        sum = sum + sum
        switch (s.bit(bit), h.bit(bit)) {
        case (true, true): sum = sum + difference
        case (true, false): sum = sum + .base
        case (false, true): sum = sum + minusKey
        case (false, false): break
        }
        bit -= 1
        return nil
    }

    private var isGood: Bool {
        let encoded = sum.encoded
        for index in 0..<32 where encoded.byte(at: index) != r.byte(at: index) { return false }
        return true
    }
}
