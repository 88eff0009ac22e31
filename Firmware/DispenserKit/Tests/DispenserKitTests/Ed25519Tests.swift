import Testing

@testable import DispenserKit

@Suite struct Ed25519Tests {
    struct Vector: Sendable {
        let key: String
        let message: String
        let signature: String
    }

    /// RFC 8032 section 7.1: TEST 1, TEST 2, TEST 3 and TEST SHA(abc).
    static let vectors = [
        Vector(
            key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                + "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        Vector(
            key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        Vector(
            key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
        Vector(
            key: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            message: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
                + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: vectors)
    func `a signature of RFC 8032 is good, and no longer with one bit of it, of key or message turned`(vector: Vector) {
        let (key, message) = (bytes(vector.key), bytes(vector.message))
        let signature = bytes(vector.signature)
        #expect(check(key, message, signature) == true)
        for bit in stride(from: 0, to: 512, by: 37) {
            #expect(check(key, message, turned(signature, bit)) != true, "bit \(bit) of the signature")
        }
        for bit in stride(from: 0, to: 256, by: 41) {
            #expect(check(turned(key, bit), message, signature) != true, "bit \(bit) of the key")
        }
        for bit in stride(from: 0, to: message.count * 8, by: 13) {
            #expect(check(key, turned(message, bit), signature) != true, "bit \(bit) of the message")
        }
        #expect(check(key, message + [0], signature) != true)
    }

    /// RFC 8032 section 5.1.7, step 1: with S + L in the place of S a second signature would be good.
    @Test(arguments: vectors) func `S plus the order is refused although it fulfils the equation`(vector: Vector) {
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var signature = bytes(vector.signature)
        var carry = 0
        for index in 0..<32 {
            carry += Int(signature[32 + index]) + Int(order[index])
            signature[32 + index] = UInt8(truncatingIfNeeded: carry)
            carry >>= 8
        }
        #expect(carry == 0)
        #expect(check(bytes(vector.key), bytes(vector.message), signature) == nil)
    }

    @Test func `keys that are no points, or not in their one right form, are refused`() {
        let signature = bytes(Self.vectors[0].signature)
        // y = p, p + 1 (other forms of 0 and 1), y = 2 (on the curve's twist), x = 0 with its sign set.
        for key in [
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0200000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
        ] {
            #expect(check(bytes(key), [], signature) == nil, "\(key)")
        }
    }

    /// FIPS 180-4's examples, and messages around the block's end.
    @Test func `SHA-512 gives the published digests, and sees every byte around a block's end`() {
        #expect(
            digest(Array("abc".utf8)).prefix(16) == bytes("ddaf35a193617abacc417349ae204131")[...])
        #expect(digest([]).prefix(16) == bytes("cf83e1357eefb8bdf1542850d66d8007")[...])
        let two =
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
            + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"
        #expect(digest(Array(two.utf8)).prefix(16) == bytes("8e959b75dae313da8cf4f72814fc143f")[...])
        var seen: Set<[UInt8]> = []
        for length in 100..<270 { seen.insert(digest([UInt8](repeating: 0x5A, count: length))) }
        #expect(seen.count == 170)
    }

    private func digest(_ message: [UInt8]) -> [UInt8] {
        var hash = SHA512()
        for byte in message { hash.update(byte) }
        let digest = hash.finish()
        return (0..<64).map { digest.byte(at: $0) ?? 0 }
    }

    /// Nil where the form is refused before anything is computed.
    private func check(_ key: [UInt8], _ message: [UInt8], _ signature: [UInt8]) -> Bool? {
        var (fixedKey, fixedSignature) = (FixedBytes<32>(), FixedBytes<64>())
        for byte in key { fixedKey.append(byte) }
        for byte in signature { fixedSignature.append(byte) }
        guard var check = Ed25519Check(publicKey: fixedKey, signature: fixedSignature) else { return nil }
        for byte in message { check.update(byte) }
        while true { if let verdict = check.step() { return verdict } }
    }

    private func turned(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
        var bytes = bytes
        bytes[bit >> 3] ^= 1 << UInt8(bit & 7)
        return bytes
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
    }
}
