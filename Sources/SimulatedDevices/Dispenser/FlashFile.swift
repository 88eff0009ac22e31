import DispenserKit
import Foundation
import KioskPlatform

/// The two banks of the simulated controller's firmware as a file of 128 KiB: it survives the end of the process.
///
/// Bits are only cleared between two erasures, as flash does.
final class FlashFile: BankFlash {
    let bankSize = 64 * 1024
    private let descriptor: Int32

    /// Opens the file, or makes a fresh one of 0xFF. Throws `SystemCallError`.
    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallError("open \(path)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemCallError("fstat \(path)") }
        let missing = 2 * bankSize - Int(clamping: status.st_size)
        guard missing > 0 else { return }
        let blank = [UInt8](repeating: 0xFF, count: missing)
        guard pwrite(descriptor, blank, missing, off_t(2 * bankSize - missing)) == missing else {
            throw SystemCallError("write \(path)")
        }
    }

    deinit { close(descriptor) }

    func erase(bank: Int) throws(StorageError) {
        let blank = [UInt8](repeating: 0xFF, count: bankSize)
        guard pwrite(descriptor, blank, bankSize, off_t((bank & 1) * bankSize)) == bankSize else {
            throw StorageError()
        }
    }

    func program(_ unit: FlashUnit, bank: Int, at address: Int) throws(StorageError) {
        let old = try read(bank: bank, at: address)
        let new = (0..<32).map { (old.byte(at: $0) ?? 0xFF) & (unit.byte(at: $0) ?? 0xFF) }
        guard pwrite(descriptor, new, 32, place(bank, address)) == 32 else { throw StorageError() }
    }

    func read(bank: Int, at address: Int) throws(StorageError) -> FlashUnit {
        var buffer = [UInt8](repeating: 0, count: 32)
        guard address >= 0, address % 32 == 0, address + 32 <= bankSize,
            pread(descriptor, &buffer, 32, place(bank, address)) == 32
        else { throw StorageError() }
        return FlashUnit(buffer)
    }

    private func place(_ bank: Int, _ address: Int) -> off_t { off_t((bank & 1) * bankSize + address) }
}

extension FixedBytes {
    /// As many of these bytes as there is room for.
    init(_ bytes: some Sequence<UInt8>) {
        self.init()
        for byte in bytes { append(byte) }
    }

    var array: [UInt8] { (0..<count).compactMap { byte(at: $0) } }
}
