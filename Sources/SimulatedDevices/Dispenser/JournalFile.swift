import DispenserKit
import Foundation
import KioskPlatform

/// The controller's EEPROM as a file of 8 KiB: it survives the end of the process.
final class JournalFile: JournalStorage {
    private static let size = 8192

    private let descriptor: Int32
    /// Power is lost in the write after so many more, when that many of its bytes have arrived.
    var cut: (afterWrites: Int, bytes: Int)?
    /// Nothing can be read or written until power is back.
    var isOff = false
    /// Writes that were begun.
    private(set) var writes = 0

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

    /// As a fresh one is; where the file can't be written, as it was.
    func erase() {
        let blank = [UInt8](repeating: 0xFF, count: Self.size)
        _ = pwrite(descriptor, blank, Self.size, 0)
    }

    func read(at address: Int) throws(StorageError) -> JournalBytes {
        var buffer = [UInt8](repeating: 0, count: 32)
        guard !isOff, address >= 0, address + 32 <= Self.size, pread(descriptor, &buffer, 32, off_t(address)) == 32
        else {
            throw StorageError()
        }
        var bytes = JournalBytes()
        for byte in buffer { bytes.append(byte) }
        return bytes
    }

    func write(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        guard !isOff else { throw StorageError() }
        writes += 1
        let buffer = (0..<bytes.count).compactMap { bytes.byte(at: $0) }
        var length = 32
        if let planned = cut {
            cut = planned.afterWrites > 0 ? (planned.afterWrites - 1, planned.bytes) : nil
            if cut == nil { length = min(32, max(0, planned.bytes)) }
            isOff = cut == nil
        }
        guard address >= 0, address + 32 <= Self.size, pwrite(descriptor, buffer, length, off_t(address)) == length,
            !isOff
        else { throw StorageError() }
    }
}
