import DispenserKit

/// A firmware image for the test board, signed with the laboratory's key where it has a signature.
struct TestImage {
    static let board = ImageTarget(board: 0x7E57, loadAddress: 0x1000, capacity: 512)

    var header: ImageHeader
    var code: [UInt8]
    var signature: FixedBytes<64>

    init(_ version: FirmwareVersion, signature: String = "", board: UInt16 = 0x7E57, length: Int = 320) {
        code = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + Int(version.minor) * 31 + Int(version.patch)) }
        var crc = CRC32()
        for byte in code { crc.update(byte) }
        header = ImageHeader(
            board: board, version: version, length: UInt32(length), loadAddress: 0x1000, codeChecksum: crc.value)
        self.signature = FixedBytes()
        let digits = Array(signature.utf8)
        for index in 0..<64 {
            let pair = digits.count == 128 ? digits[(2 * index)...(2 * index + 1)] : [0x35, 0x35]
            self.signature.append(UInt8(String(decoding: pair, as: UTF8.self), radix: 16) ?? 0)
        }
    }

    static func version(_ minor: UInt8, _ patch: UInt8 = 0) -> FirmwareVersion {
        FirmwareVersion(major: 1, minor: minor, patch: patch)
    }

    /// What the board was delivered with.
    static let factory = TestImage(version(2, 3))
    /// Signed elsewhere, by another implementation (OpenSSL).
    static let newer = TestImage(
        version(3),
        signature: "ed5f3bc890fd5b3ee9931d0253fb5a6d355148c280b275947fcfbe274e52eff1"
            + "6efe3e096cb00a4d1882795f55de4169d09f46e6185da01e299c0ffce2a6710c")
    static let newest = TestImage(
        version(4),
        signature: "38c3393d51becb7d3c8eace403672ab8e3b80d695660a4266eee9e1cf8c533f2"
            + "020483622a417eb114bbee19eec2715cb1cbde689afa53947d884f719b2dc104")

    /// Writes it into a bank as the factory does.
    func deliver(to cells: FlashCells, bank: Int = 0) throws {
        var flash = MemoryFlash(cells: cells)
        try flash.program(header.bytes, bank: bank, at: 0)
        for offset in stride(from: 0, to: code.count, by: 32) {
            var unit = FlashUnit()
            for index in 0..<32 { unit.append(code[offset + index]) }
            try flash.program(unit, bank: bank, at: ImageBank.codeAddress + offset)
        }
        try ImageBank.set(.installed, bank: bank, of: &flash)
        try ImageBank.set(.confirmed, bank: bank, of: &flash)
    }
}
