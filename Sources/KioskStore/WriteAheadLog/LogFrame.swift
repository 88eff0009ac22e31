/// A page as a transaction left it, as its frame's header describes it (SQLite, "Database File Format", section 4.1).
struct LogFrame {
    static let headerLength = 24

    /// From 1; 0 is no page.
    let page: UInt32
    /// In a transaction's last frame the database's size in pages after it, 0 in every other.
    let size: UInt32
    let salts: UInt64
    let checksum: LogChecksum

    var isCommit: Bool { size != 0 }

    init(_ bytes: UnsafeRawBufferPointer) {
        page = bytes.bigEndianWord(at: 0)
        size = bytes.bigEndianWord(at: 4)
        salts = bytes.bigEndianLong(at: 8)
        checksum = bytes.checksum(at: 16)
    }
}
