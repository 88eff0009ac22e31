/// One record of the journal.
///
/// 32 bytes, little-endian: kind (1, top bit set when compaction carried it over), state (1), detail (1), count (1),
/// dropped (1), reserved (1), slot (2), page generation (4), transaction (4; in a header the high-water mark),
/// index in the page (2), carried records (2, header only), reserved (8), CRC-32 of the 28 bytes before (4).
struct JournalRecord {
    enum Kind: UInt8 {
        case started = 1
        case result = 2
        case acknowledged = 3
        case header = 0x48
    }

    static let size = 32
    private static let carriedFlag: UInt8 = 0x80

    var kind: Kind
    var isCarried = false
    var entry: JournalEntry
    var generation: UInt32
    var index: UInt16
    var carriedCount: UInt16 = 0

    var bytes: JournalBytes {
        var bytes = JournalBytes()
        bytes.append(kind.rawValue | (isCarried ? Self.carriedFlag : 0))
        bytes.append(entry.state.rawValue)
        bytes.append(entry.detail.rawValue)
        bytes.append(entry.count)
        bytes.append(entry.dropped)
        bytes.append(0)
        bytes.append(littleEndian: entry.slot)
        bytes.append(littleEndian: generation)
        bytes.append(littleEndian: entry.transaction)
        bytes.append(littleEndian: index)
        bytes.append(littleEndian: carriedCount)
        for _ in 0..<8 { bytes.append(0) }
        bytes.append(littleEndian: Self.crc(bytes))
        return bytes
    }

    init(kind: Kind, entry: JournalEntry, generation: UInt32, index: UInt16) {
        self.kind = kind
        self.entry = entry
        self.generation = generation
        self.index = index
    }

    /// Nil where the bytes are blank, torn or damaged.
    init?(_ bytes: JournalBytes) {
        var reader = ByteReader(bytes)
        guard let tag = reader.byte(), let kind = Kind(rawValue: tag & ~Self.carriedFlag),
            let rawState = reader.byte(), let state = TransactionState(rawValue: rawState),
            let rawDetail = reader.byte(), let detail = MotionDetail(rawValue: rawDetail),
            let count = reader.byte(), let dropped = reader.byte(), reader.byte() != nil,
            let slot = reader.uint16(), let generation = reader.uint32(), let transaction = reader.uint32(),
            let index = reader.uint16(), let carriedCount = reader.uint16(), reader.uint32() != nil,
            reader.uint32() != nil, let crc = reader.uint32(), crc == Self.crc(bytes)
        else { return nil }
        let order = DispenseOrder(transaction: transaction, slot: slot, count: count)
        self.init(
            kind: kind, entry: JournalEntry(order, state: state, detail: detail, dropped: dropped),
            generation: generation, index: index)
        self.isCarried = tag & Self.carriedFlag != 0
        self.carriedCount = carriedCount
    }

    static func isBlank(_ bytes: JournalBytes) -> Bool {
        for index in 0..<bytes.count where bytes.byte(at: index) != 0xFF { return false }
        return true
    }

    private static func crc(_ bytes: JournalBytes) -> UInt32 {
        var crc = CRC32()
        for index in 0..<28 { crc.update(bytes.byte(at: index) ?? 0) }
        return crc.value
    }
}
