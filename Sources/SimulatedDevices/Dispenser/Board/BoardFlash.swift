import DispenserKit
import Foundation
import KioskPlatform

/// The file behind the emulated board's external RAM, in which the image's two banks lie.
public enum BoardFlash {
    static let size = 16 << 20
    private static let bankSize = 0x10000

    /// Makes the file as the factory delivers the board: this image in bank 0, bank 1 erased. Throws `SystemCallError`.
    public static func deliver(_ image: FirmwareImage, to path: String) throws {
        var memory = FlashBytes(size: bankSize)
        try image.deliver(to: &memory)
        // As large as the board's memory, but only the banks take room on the disk.
        guard FileManager.default.createFile(atPath: path, contents: Data(memory.banks[0] + memory.banks[1])),
            truncate(path, off_t(size)) == 0
        else { throw SystemCallError("write \(path)") }
    }
}

/// Two banks in memory.
private struct FlashBytes: BankFlash {
    var banks: [[UInt8]]
    let bankSize: Int

    init(size: Int) {
        bankSize = size
        banks = [[UInt8]](repeating: [UInt8](repeating: 0xFF, count: size), count: 2)
    }

    mutating func erase(bank: Int) { banks[bank] = [UInt8](repeating: 0xFF, count: bankSize) }

    mutating func program(_ unit: FlashUnit, bank: Int, at address: Int) throws(StorageError) {
        guard address >= 0, address + 32 <= bankSize else { throw StorageError() }
        for index in 0..<32 { banks[bank][address + index] &= unit.byte(at: index) ?? 0xFF }
    }

    func read(bank: Int, at address: Int) throws(StorageError) -> FlashUnit {
        guard address >= 0, address + 32 <= bankSize else { throw StorageError() }
        return FlashUnit(banks[bank][address..<(address + 32)])
    }
}
