/// Memory that keeps its bytes without power: an I2C EEPROM, two flash sectors, a file.
///
/// Two pages of the same size, one after the other. A write may be cut by a power loss at any byte of its 32; bytes
/// beside them stay as they are. Fresh memory reads as 0xFF.
public protocol JournalStorage {
    /// Bytes in one page: a multiple of 32, at least 40 records.
    var pageSize: Int { get }
    /// Reads 32 bytes at an address below 2 × `pageSize`.
    mutating func read(at address: Int) throws(StorageError) -> JournalBytes
    mutating func write(_ bytes: JournalBytes, at address: Int) throws(StorageError)
}

/// One record as it lies in memory: 32 bytes.
public typealias JournalBytes = FixedBytes<32>

/// The memory does not answer.
public struct StorageError: Error, Sendable, Hashable {
    public init() {}
}
