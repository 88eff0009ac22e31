import DispenserKit
import Foundation
import KioskPlatform

/// The controller's EEPROM as a file of 8 KiB: it survives the end of the process.
final class JournalFile: JournalStorage {
    private static let size = 8192

    private let descriptor: Int32

    /// Opens the file, or makes a fresh one of 0xFF. Throws `SystemCallError`.
    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallError("open \(path)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemCallError("fstat \(path)") }
        let missing = Self.size - Int(clamping: status.st_size)
        guard missing > 0 else { return }
        let blank = [UInt8](repeating: 0xFF, count: missing)
        guard pwrite(descriptor, blank, missing, off_t(Self.size - missing)) == missing else {
            throw SystemCallError("write \(path)")
        }
    }

    deinit { close(descriptor) }

    var pageSize: Int { Self.size / 2 }

    func read(at address: Int) throws(StorageError) -> JournalBytes {
        var buffer = [UInt8](repeating: 0, count: 32)
        guard address >= 0, address + 32 <= Self.size, pread(descriptor, &buffer, 32, off_t(address)) == 32 else {
            throw StorageError()
        }
        var bytes = JournalBytes()
        for byte in buffer { bytes.append(byte) }
        return bytes
    }

    func write(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        let buffer = (0..<bytes.count).compactMap { bytes.byte(at: $0) }
        guard address >= 0, address + 32 <= Self.size, pwrite(descriptor, buffer, 32, off_t(address)) == 32 else {
            throw StorageError()
        }
    }
}
