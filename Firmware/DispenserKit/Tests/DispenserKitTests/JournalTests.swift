import Testing

@testable import DispenserKit

@Suite struct JournalTests {
    @Test func `a started order without result is interrupted after the boot, and held until acknowledged`() throws {
        let memory = Memory()
        var journal = Journal(opening: MemoryStorage(memory: memory))
        try journal.start(order(1))
        journal = Journal(opening: MemoryStorage(memory: memory))
        #expect(journal.entry(for: 1)?.state == .interrupted)
        journal = Journal(opening: MemoryStorage(memory: memory))
        let held = try #require(journal.entry(for: 1))
        #expect(held.state == .interrupted)
        try journal.acknowledge(held)
        journal = Journal(opening: MemoryStorage(memory: memory))
        #expect(journal.entry(for: 1) == nil)
        #expect(journal.highWaterMark == 1)
    }

    @Test func `many pages later every held outcome and the high-water mark are still there`() throws {
        let memory = Memory(records: 40)
        var journal = Journal(opening: MemoryStorage(memory: memory))
        for number in UInt32(1)...500 {
            try journal.start(order(number))
            try journal.finish(JournalEntry(order(number), state: .done, dropped: 1))
            if number % 20 != 0, let entry = journal.entry(for: number) { try journal.acknowledge(entry) }
            if number % 37 == 0 { journal = Journal(opening: MemoryStorage(memory: memory)) }
        }
        journal = Journal(opening: MemoryStorage(memory: memory))
        #expect(journal.highWaterMark == 500)
        #expect(journal.heldCount == 25)
        #expect(journal.damagedRecords == 0)
        for number in UInt32(1)...500 { #expect((journal.entry(for: number)?.state == .done) == (number % 20 == 0)) }
    }

    /// Power is cut at every write of a long run, after every number of bytes: nothing that was confirmed is lost.
    @Test(.timeLimit(.minutes(1))) func `whatever write is cut, nothing confirmed is lost`() throws {
        var cuts = 0
        for bytes in [0, 1, 13, 28, 32] {
            for write in 0... {
                let memory = Memory(records: 40)
                memory.cut = (write, bytes)
                let expected = run(memory)
                guard memory.isOff else { break }
                cuts += 1
                memory.restore()
                for boot in 1...2 {
                    let journal = Journal(opening: MemoryStorage(memory: memory))
                    expected.check(journal, "write \(write), \(bytes) bytes, boot \(boot)")
                }
            }
        }
        print("journal: \(cuts) cuts, none lost anything")
        #expect(cuts > 500)
    }

    /// The same, with a second cut while the boot after the first one writes.
    @Test(.timeLimit(.minutes(1))) func `a second cut during the recovery loses nothing either`() {
        var cuts = 0
        for write in stride(from: 0, to: 140, by: 1) {
            for second in 0..<3 {
                let memory = Memory(records: 40)
                memory.cut = (write, 16)
                let expected = run(memory)
                guard memory.isOff else { continue }
                memory.restore()
                memory.cut = (second, 20)
                _ = Journal(opening: MemoryStorage(memory: memory))
                memory.restore()
                expected.check(Journal(opening: MemoryStorage(memory: memory)), "write \(write), then \(second)")
                cuts += 1
            }
        }
        #expect(cuts > 300)
    }

    /// A compaction that was cut leaves its copies behind; the next one must not bring back what was acknowledged since.
    @Test(.timeLimit(.minutes(1))) func `what is acknowledged after a cut stays forgotten`() throws {
        for write in 0... {
            let memory = Memory(records: 40)
            memory.cut = (write, 5)
            _ = run(memory)
            guard memory.isOff else { break }
            memory.restore()
            var journal = Journal(opening: MemoryStorage(memory: memory))
            let newest = (UInt32(1)...60).reversed().lazy.compactMap { journal.entry(for: $0) }.first
            guard let newest else { continue }
            try journal.acknowledge(newest)
            journal = Journal(opening: MemoryStorage(memory: memory))
            #expect(journal.entry(for: newest.transaction) == nil, "write \(write)")
        }
    }

    @Test func `a damaged record in the middle is counted, and the number of its order stays used`() throws {
        let memory = Memory()
        var journal = Journal(opening: MemoryStorage(memory: memory))
        for number in UInt32(1)...3 {
            try journal.start(order(number))
            try journal.finish(JournalEntry(order(number), state: .done, dropped: 1))
        }
        // Records 1 and 2 are start and result of the first order.
        memory.bytes[2 * 32 + 9] ^= 0x10
        journal = Journal(opening: MemoryStorage(memory: memory))
        #expect(journal.damagedRecords == 1)
        #expect(journal.entry(for: 1)?.state == .interrupted)
        #expect(journal.entry(for: 3)?.state == .done)
        #expect(journal.highWaterMark == 3)
    }

    @Test func `a damaged page header hides nothing`() throws {
        let memory = Memory(records: 40)
        var journal = Journal(opening: MemoryStorage(memory: memory))
        for number in UInt32(1)...30 {
            try journal.start(order(number))
            try journal.finish(JournalEntry(order(number), state: .done, dropped: 1))
            if let entry = journal.entry(for: number), number != 29 { try journal.acknowledge(entry) }
        }
        for page in 0..<2 {
            let copy = Memory(records: 40)
            copy.bytes = memory.bytes
            copy.bytes[page * copy.pageSize + 5] ^= 0xFF
            let damaged = Journal(opening: MemoryStorage(memory: copy))
            #expect(damaged.highWaterMark == 30)
            #expect(damaged.entry(for: 29)?.state == .done)
            #expect(!damaged.isOutOfOrder)
        }
    }

    @Test func `worn memory lets nothing start`() {
        let memory = Memory()
        var journal = Journal(opening: MemoryStorage(memory: memory))
        memory.isWorn = true
        #expect(throws: StorageError.self) { try journal.start(order(1)) }
        #expect(journal.isOutOfOrder)
        #expect(journal.open == nil)
    }

    @Test func `random memory is never a crash and never an outcome`() {
        let seed: UInt64 = 42
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let memory = Memory(records: 40)
            for index in memory.bytes.indices { memory.bytes[index] = .random(in: 0...255, using: &generator) }
            let journal = Journal(opening: MemoryStorage(memory: memory))
            #expect(journal.heldCount == 0, "seed \(seed)")
            #expect(journal.damagedRecords > 0, "seed \(seed)")
        }
    }

    private func order(_ number: UInt32) -> DispenseOrder { DispenseOrder(transaction: number, slot: 3, count: 1) }

    /// What must be true after a cut: what was confirmed, and for the change that was cut the state before or after.
    private struct Expected {
        var held: Set<UInt32> = []
        var open: UInt32?
        var highest: UInt32 = 0
        /// The number whose last change was not confirmed.
        var doubtful: UInt32?

        func check(_ journal: Journal<MemoryStorage>, _ comment: Comment) {
            #expect(!journal.isOutOfOrder, comment)
            #expect(journal.highWaterMark >= highest, comment)
            for number in held where number != doubtful {
                #expect(journal.entry(for: number)?.state == .done, comment)
            }
            if let open, open != doubtful { #expect(journal.entry(for: open)?.state == .interrupted, comment) }
            for number in UInt32(1)...60 where number != doubtful && number != open && !held.contains(number) {
                #expect(journal.entry(for: number) == nil, comment)
            }
            if let doubtful, let state = journal.entry(for: doubtful)?.state {
                #expect(state == .interrupted || state == .done, comment)
            }
        }
    }

    /// Sixty orders, most of them acknowledged; stops where the memory's power is cut.
    private func run(_ memory: Memory) -> Expected {
        var expected = Expected()
        var journal = Journal(opening: MemoryStorage(memory: memory))
        for number in UInt32(1)...60 {
            do {
                expected.doubtful = number
                try journal.start(order(number))
                expected.highest = number
                expected.open = number
                try journal.finish(JournalEntry(order(number), state: .done, dropped: 1))
                expected.open = nil
                expected.held.insert(number)
                expected.doubtful = nil
                // An acknowledgement comes a few orders later, as a busy host's would.
                if number > 4, number % 9 != 0, let entry = journal.entry(for: number - 4) {
                    expected.doubtful = number - 4
                    try journal.acknowledge(entry)
                    expected.held.remove(number - 4)
                    expected.doubtful = nil
                }
            } catch {
                return expected
            }
        }
        return expected
    }
}
