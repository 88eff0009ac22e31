import BenchSupport
import CQueuePeer
import KioskModel
import KioskStore

/// Messages stored durably a second: one in a transaction, and fifty.
struct EnqueueBench {
    /// Bytes of a message, as of a gzipped consultation.
    private static let size = 2048
    private static let waiting = 20_000
    private static let rounds = 5
    private static let seconds = 1.0
    /// Milliseconds; eMMC and SSDs without power-loss protection take 1 to 10.
    private static let slowSync = 4
    private let folder: BenchFolder

    init(folder: BenchFolder) { self.folder = folder }

    /// On the disk as it is, and on the same disk with syncs as slow as a kiosk's.
    func run(_ report: Report) async throws {
        for delay in [0, Self.slowSync] {
            peer_delay_syncs(UInt32(delay * 1000))
            defer { peer_delay_syncs(0) }
            for (name, group, least) in [("single", 1, 0.8), ("group-50", 50, 8)] {
                try await run(report, name, group, least, delay: delay)
            }
        }
    }

    private func run(_ report: Report, _ name: String, _ group: Int, _ least: Double, delay: Int) async throws {
        var syncs: [Double] = []
        var plain: [Double] = []
        var own: [Double] = []
        var syncsPerChange: [Double] = []
        // By turns: a disk's rate changes from minute to minute.
        for _ in 0..<Self.rounds {
            syncs.append(try rate("syncs", peer_sync_rate(folder.file("raw"), Self.seconds)))
            let path = folder.fresh("plain")
            plain.append(
                try rate("plain C", peer_insert_rate(path, Int32(group), Int32(Self.size + 60), Self.seconds)))
            BenchStore.remove(path)
            let (rate, each) = try await store(group)
            // Fewer: the store is not durable, or SQLite's syncs are not those that are counted and delayed.
            guard each >= 1 else { throw BenchError("\(each) syncs for a transaction") }
            own.append(rate)
            syncsPerChange.append(each)
        }
        guard delay == 0 || syncs.median * Double(delay) < 1000 else { throw BenchError("the syncs are not slower") }
        let suffix = delay == 0 ? "" : "-sync\(delay)ms"
        let disk = delay == 0 ? "on the same disk" : "on the same disk, each sync \(delay) ms longer"
        // A sync of a tenth of a millisecond costs less than the rows: there nobody's program reaches the target.
        let target = delay == 0 ? "" : " (to be \(least) or more)"
        let raw = "raw syncs (4 KiB and fdatasync) \(disk)"
        try report.line("enqueue-" + name + suffix, own.median, "rows/s", against: raw + target, syncs.median)
        try report.line(
            "enqueue-" + name + suffix, own.median, "rows/s",
            against: "a plain C program on SQLite that inserts the same rows", plain.median)
        try report.line("plain-c-" + name + suffix, plain.median, "rows/s", against: raw, syncs.median)
        try report.line(
            "enqueue-" + name + suffix + "-syncs", syncsPerChange.median, "syncs/transaction, checkpoints included",
            against: "the one that a durable transaction needs", 1)
    }

    /// What somebody must know now is stored as fast when many messages wait.
    func runUrgent(_ report: Report) async throws {
        let path = folder.fresh("urgent")
        let store = try BenchStore.open(path)
        defer { BenchStore.remove(path) }
        let empty = try await urgentRate(store)
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: Self.size)
        for _ in 0..<Self.waiting / 50 {
            var change = StoreChange()
            for _ in 0..<50 {
                let id = UUIDv7.make()
                change.send(OutboxItem(id: id, kind: "consultation", visit: id, body: body))
            }
            try await store.commit(change)
        }
        let full = try await urgentRate(store)
        try store.close()
        try report.line(
            "enqueue-urgent", full, "rows/s, \(Self.waiting) others waiting", against: "the same with none waiting",
            empty)
    }

    private func urgentRate(_ store: Store) async throws -> Double {
        let count = 100
        let start = ContinuousClock.now
        for _ in 0..<count {
            let id = UUIDv7.make()
            var change = StoreChange()
            change.send(OutboxItem(id: id, kind: "alert", visit: id, body: [0x7B, 0x7D], priority: .safety))
            try await store.commit(change)
        }
        return Double(count) / (ContinuousClock.now - start).seconds
    }

    private func rate(_ what: String, _ rate: Double) throws -> Double {
        guard rate > 0 else { throw BenchError("\(what) could not be measured") }
        return rate
    }

    /// Rows a second, and syncs for each transaction.
    private func store(_ group: Int) async throws -> (rate: Double, syncs: Double) {
        let path = folder.fresh("store")
        let store = try BenchStore.open(path)
        defer { BenchStore.remove(path) }
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: Self.size)
        var count = 0
        let before = peer_syncs()
        let start = ContinuousClock.now
        let end = start + .seconds(Self.seconds)
        while ContinuousClock.now < end {
            var change = StoreChange()
            for _ in 0..<group {
                let id = UUIDv7.make()
                change.send(OutboxItem(id: id, kind: "consultation", visit: id, body: body))
            }
            try await store.commit(change)
            count += group
        }
        let took = ContinuousClock.now - start
        let syncs = peer_syncs() - before
        try store.close()
        return (Double(count) / took.seconds, Double(syncs) * Double(group) / Double(count))
    }
}
