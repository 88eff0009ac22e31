import Crypto
import DispenserKit
import Foundation
import KioskPlatform

/// A firmware image as a file: header, Ed25519 signature, code.
public struct FirmwareImage: Sendable {
    /// The board of the simulated controller, which runs no image: it only keeps and checks them.
    static let simulatedBoard = ImageTarget(board: 0x100, loadAddress: 0x2000_0000, capacity: 40 * 1024)

    let header: ImageHeader
    let signature: [UInt8]
    let code: [UInt8]

    /// `seed`: the 32 bytes of the signing key; without it, the laboratory's. Throws where the key can't be one.
    public init(code: [UInt8], board: UInt16, loadAddress: UInt32, version: String, seed: [UInt8]? = nil) throws {
        // A whole number of flash units; what is added is as if it were erased.
        self.code = code + [UInt8](repeating: 0xFF, count: (32 - code.count % 32) % 32)
        var checksum = CRC32()
        for byte in self.code { checksum.update(byte) }
        header = ImageHeader(
            board: board, version: try Self.version(version), length: UInt32(self.code.count), loadAddress: loadAddress,
            codeChecksum: checksum.value)
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed ?? Self.laboratorySeed)
        signature = Array(try key.signature(for: header.bytes.array + self.code))
    }

    /// What DispenserKit's `LaboratoryKey` is the public half of.
    private static var laboratorySeed: [UInt8] { Array(SHA256.hash(data: Data("kiosk-lab firmware key".utf8))) }

    public var bytes: [UInt8] { header.bytes.array + signature + code }

    /// For the controller in this process: code that it never runs.
    public static func simulated(version: String, seed: [UInt8]? = nil) throws -> FirmwareImage {
        let code = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ version.utf8.count) }
        return try FirmwareImage(
            code: code, board: simulatedBoard.board, loadAddress: simulatedBoard.loadAddress, version: version,
            seed: seed)
    }

    /// From an ELF file that is linked for RAM. Throws `BoardError` where it is none.
    public init(elf path: String, board: UInt16, version: String, seed: [UInt8]? = nil) throws {
        let elf = try ELFImage(path: path)
        try self.init(code: elf.bytes, board: board, loadAddress: elf.address, version: version, seed: seed)
    }

    /// `1.2.3`.
    private static func version(_ text: String) throws -> FirmwareVersion {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else {
            throw BoardError.badImage("\(text) is no version like 1.2.3")
        }
        return FirmwareVersion(major: major, minor: minor, patch: patch)
    }

    /// Writes it into a bank as the factory does: installed and confirmed.
    func deliver(to flash: inout some BankFlash, bank: Int = 0) throws {
        try flash.erase(bank: bank)
        let front = header.bytes.array + signature
        for offset in stride(from: 0, to: front.count, by: 32) {
            try flash.program(FlashUnit(front[offset..<(offset + 32)]), bank: bank, at: offset)
        }
        for offset in stride(from: 0, to: code.count, by: 32) {
            try flash.program(
                FlashUnit(code[offset..<(offset + 32)]), bank: bank, at: ImageBank.codeAddress + offset)
        }
        try ImageBank.set(.installed, bank: bank, of: &flash)
        try ImageBank.set(.confirmed, bank: bank, of: &flash)
    }
}
