/// The first bytes of a write-ahead log (SQLite, "Database File Format", section 4.1).
struct LogHeader {
    static let length = 32
    private static let littleMagic: UInt32 = 0x377F_0682
    private static let bigMagic: UInt32 = 0x377F_0683
    private static let version: UInt32 = 3_007_000
    private static let pageSizes = 512...65_536

    /// False where SQLite would not believe it: it takes the whole log for nothing then.
    let isWhole: Bool
    /// How checksums read their words.
    let isBigEndian: Bool
    /// Bytes.
    let pageSize: Int
    /// Frames with others are left of an earlier life of the log.
    let salts: UInt64
    /// What the first frame's checksum goes on from; nil where it is not known.
    let checksum: LogChecksum?

    /// Nil where it is not as it was written.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.length else { return nil }
        let magic = bytes.bigEndianWord(at: 0)
        guard magic == Self.littleMagic || magic == Self.bigMagic else { return nil }
        let size = Int(bytes.bigEndianWord(at: 8))
        guard Self.pageSizes.contains(size), size & (size - 1) == 0 else { return nil }
        var checksum = LogChecksum()
        checksum.add(UnsafeRawBufferPointer(rebasing: bytes[0..<24]), isBigEndian: magic == Self.bigMagic)
        guard checksum == bytes.checksum(at: 24) else { return nil }
        isWhole = true
        isBigEndian = magic == Self.bigMagic
        pageSize = size
        salts = bytes.bigEndianLong(at: 16)
        self.checksum = checksum
    }

    /// What a header that is lost said, as far as the database and the first frame still tell it.
    init?(pageSize: Int, salts: UInt64) {
        guard Self.pageSizes.contains(pageSize), pageSize & (pageSize - 1) == 0 else { return nil }
        isWhole = false
        isBigEndian = UInt32(1).bigEndian == 1
        self.pageSize = pageSize
        self.salts = salts
        checksum = nil
    }

    /// Writes a header that says the same; gives its checksum.
    func write(to bytes: UnsafeMutableRawBufferPointer) -> LogChecksum {
        bytes.put(isBigEndian ? Self.bigMagic : Self.littleMagic, at: 0)
        bytes.put(Self.version, at: 4)
        bytes.put(UInt32(clamping: pageSize), at: 8)
        bytes.put(0, at: 12)
        bytes.put(UInt32(truncatingIfNeeded: salts >> 32), at: 16)
        bytes.put(UInt32(truncatingIfNeeded: salts), at: 20)
        var checksum = LogChecksum()
        checksum.add(UnsafeRawBufferPointer(rebasing: bytes[0..<24]), isBigEndian: isBigEndian)
        bytes.put(checksum, at: 24)
        return checksum
    }
}

extension UnsafeRawBufferPointer {
    func bigEndianWord(at offset: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func bigEndianLong(at offset: Int) -> UInt64 {
        UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func checksum(at offset: Int) -> LogChecksum {
        LogChecksum(first: bigEndianWord(at: offset), second: bigEndianWord(at: offset + 4))
    }
}

extension UnsafeMutableRawBufferPointer {
    func put(_ word: UInt32, at offset: Int) {
        storeBytes(of: word.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    func put(_ checksum: LogChecksum, at offset: Int) {
        put(checksum.first, at: offset)
        put(checksum.second, at: offset + 4)
    }
}
