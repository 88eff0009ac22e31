/// What the controller remembers of transactions across power losses: a log over two pages.
///
/// `started` is written and read back before the motor moves, the result after. A `started` without result becomes
/// `interrupted` at the next boot. When a page is full, what is still held goes to the other page and that page's
/// header is written last, with the high-water mark; until then the old page counts.
public struct Journal<Storage: JournalStorage> {
    /// The highest transaction number ever seen.
    public private(set) var highWaterMark: UInt32 = 0
    /// The memory fails: nothing may be started until the next boot.
    public private(set) var isOutOfOrder = false
    /// Records that were damaged in the middle of the log, as found at boot.
    public private(set) var damagedRecords: UInt8 = 0
    /// The transaction that was started and has no result yet.
    public private(set) var open: JournalEntry?

    private var held = HeldOutcomes()
    private var storage: Storage
    private var page = 0
    private var generation: UInt32 = 0
    private var next = 1

    private var recordsPerPage: Int { storage.pageSize / JournalRecord.size }

    /// Reads the memory, and formats it when it is fresh.
    public init(opening storage: consuming Storage) {
        self.storage = storage
        do throws(StorageError) {
            guard recordsPerPage >= HeldOutcomes.capacity + 8, recordsPerPage <= Int(UInt16.max) else {
                throw StorageError()
            }
            try load()
            if var entry = open {
                entry.state = .interrupted
                open = nil
                keep(entry)
                try persist(.result, entry)
            }
        } catch {
            isOutOfOrder = true
        }
    }

    public var heldCount: UInt8 { UInt8(clamping: held.count) }
    public var heldCapacity: UInt8 { UInt8(clamping: HeldOutcomes.capacity) }
    public var oldestHeld: UInt32 { held.entry(at: 0)?.transaction ?? 0 }
    /// Whether one more outcome could be held.
    public var hasRoom: Bool { held.count + (open == nil ? 0 : 1) < HeldOutcomes.capacity }

    /// The running transaction or a held outcome with this number.
    public func entry(for transaction: UInt32) -> JournalEntry? {
        if let open, open.transaction == transaction { return open }
        return held.entry(for: transaction)
    }

    /// Writes that an order starts, before anything moves. Throws where it is not certainly written.
    public mutating func start(_ order: DispenseOrder) throws(StorageError) {
        guard !isOutOfOrder, open == nil else { throw StorageError() }
        let entry = JournalEntry(order, state: .running)
        highWaterMark = max(highWaterMark, order.transaction)
        open = entry
        do {
            try persist(.started, entry)
        } catch {
            open = nil
            throw error
        }
    }

    /// Writes how a transaction ended. It is held even where writing fails: the host still gets the truth.
    public mutating func finish(_ entry: JournalEntry) throws(StorageError) {
        highWaterMark = max(highWaterMark, entry.transaction)
        if open?.transaction == entry.transaction { open = nil }
        keep(entry)
        try persist(.result, entry)
    }

    /// Writes that the host has an outcome, and forgets it.
    public mutating func acknowledge(_ entry: JournalEntry) throws(StorageError) {
        held.remove(entry.transaction)
        do {
            try persist(.acknowledged, entry)
        } catch {
            keep(entry)
            throw error
        }
    }

    /// Gives the memory back, as at a power loss.
    public consuming func close() -> Storage { storage }

    private mutating func keep(_ entry: JournalEntry) {
        if !held.insert(entry), damagedRecords < .max { damagedRecords += 1 }
    }
}

// MARK: - Writing

extension Journal {
    /// Appends a record for a change that `open` and `held` already show; compaction writes them whole instead.
    private mutating func persist(_ kind: JournalRecord.Kind, _ entry: JournalEntry) throws(StorageError) {
        if next < recordsPerPage {
            let record = JournalRecord(kind: kind, entry: entry, generation: generation, index: UInt16(next))
            if write(record, page: page) {
                next += 1
                return
            }
        }
        do {
            try compact()
        } catch {
            isOutOfOrder = true
            throw error
        }
    }

    private mutating func compact() throws(StorageError) {
        let target = 1 - page
        let newGeneration = generation &+ 1
        var index = 1
        for position in 0..<held.count {
            guard let entry = held.entry(at: position) else { continue }
            try carry(.result, entry, to: target, newGeneration, index)
            index += 1
        }
        if let open {
            try carry(.started, open, to: target, newGeneration, index)
            index += 1
        }
        try writeHeader(page: target, generation: newGeneration, carried: index - 1)
        page = target
        generation = newGeneration
        next = index
    }

    private mutating func carry(
        _ kind: JournalRecord.Kind, _ entry: JournalEntry, to target: Int, _ generation: UInt32, _ index: Int
    ) throws(StorageError) {
        var record = JournalRecord(kind: kind, entry: entry, generation: generation, index: UInt16(index))
        record.isCarried = true
        guard write(record, page: target) else { throw StorageError() }
    }

    private mutating func writeHeader(page: Int, generation: UInt32, carried: Int) throws(StorageError) {
        let mark = JournalEntry(DispenseOrder(transaction: highWaterMark, slot: 0, count: 0), state: .forgotten)
        var header = JournalRecord(kind: .header, entry: mark, generation: generation, index: 0)
        header.carriedCount = UInt16(carried)
        guard write(header, page: page) else { throw StorageError() }
    }

    /// Writes a record and reads it back.
    private mutating func write(_ record: JournalRecord, page: Int) -> Bool {
        let address = page * storage.pageSize + Int(record.index) * JournalRecord.size
        let bytes = record.bytes
        do {
            try storage.write(bytes, at: address)
            let stored = try storage.read(at: address)
            for index in 0..<bytes.count where bytes.byte(at: index) != stored.byte(at: index) { return false }
            return true
        } catch {
            return false
        }
    }
}

// MARK: - Reading

extension Journal {
    private mutating func load() throws(StorageError) {
        var best: PageSummary?
        var blank = true
        for candidate in 0..<2 {
            let summary = try summarise(page: candidate)
            if !summary.isBlank { blank = false }
            if let found = summary.generation, found > best?.generation ?? 0 { best = summary }
        }
        guard let best, let found = best.generation else {
            if !blank { damagedRecords = 1 }
            generation = 1
            return try writeHeader(page: 0, generation: 1, carried: 0)
        }
        page = best.page
        generation = found
        if best.header == nil { damagedRecords += 1 }
        try replay(best)
    }

    /// Looks at a whole page. The high-water mark is the highest number found anywhere: numbers only ever grow.
    private mutating func summarise(page: Int) throws(StorageError) -> PageSummary {
        var summary = PageSummary(page: page)
        for index in 0..<recordsPerPage {
            let bytes = try storage.read(at: page * storage.pageSize + index * JournalRecord.size)
            if !JournalRecord.isBlank(bytes) { summary.isBlank = false }
            guard let record = JournalRecord(bytes), Int(record.index) == index else { continue }
            highWaterMark = max(highWaterMark, record.entry.transaction)
            if index == 0, record.kind == .header {
                summary.header = record
            } else if !record.isCarried {
                summary.liveGeneration = max(summary.liveGeneration ?? 0, record.generation)
            }
        }
        return summary
    }

    private mutating func replay(_ summary: PageSummary) throws(StorageError) {
        var suspects: UInt8 = 0
        next = 1
        for index in 1..<recordsPerPage {
            let bytes = try storage.read(at: page * storage.pageSize + index * JournalRecord.size)
            guard let record = JournalRecord(bytes) else {
                if !JournalRecord.isBlank(bytes), suspects < .max { suspects += 1 }
                continue
            }
            guard Int(record.index) == index, record.generation == generation else { continue }
            // A compaction that was cut may have left carried records behind the last one that counts.
            if record.isCarried, let header = summary.header, index > Int(header.carriedCount) { continue }
            apply(record)
            next = index + 1
            // What is torn at the end is a power loss; what is torn before a good record is damage.
            damagedRecords = UInt8(clamping: Int(damagedRecords) + Int(suspects))
            suspects = 0
        }
    }

    private mutating func apply(_ record: JournalRecord) {
        switch record.kind {
        case .started:
            if var lost = open {
                lost.state = .interrupted
                keep(lost)
            }
            open = record.entry
        case .result:
            if open?.transaction == record.entry.transaction { open = nil }
            keep(record.entry)
        case .acknowledged: held.remove(record.entry.transaction)
        case .header: break
        }
    }
}

/// What a look at one page tells.
private struct PageSummary {
    let page: Int
    var isBlank = true
    var header: JournalRecord?
    /// The generation of records that are only written behind a good header: its proof where the header was damaged.
    var liveGeneration: UInt32?

    /// Nil where the page holds nothing that counts.
    var generation: UInt32? { header?.generation ?? liveGeneration }

    init(page: Int) { self.page = page }
}
