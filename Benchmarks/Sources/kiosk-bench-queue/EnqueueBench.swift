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
    private let folder: BenchFolder

    init(folder: BenchFolder) { self.folder = folder }

    func run(_ report: Report) async throws {
        for (name, group, least) in [("enqueue-single", 1, 0.8), ("enqueue-group-50", 50, 8)] {
            var syncs: [Double] = []
            var plain: [Double] = []
            var own: [Double] = []
            // By turns: a disk's rate changes from minute to minute.
            for _ in 0..<Self.rounds {
                syncs.append(try rate("syncs", peer_sync_rate(folder.file("raw"), Self.seconds)))
                let path = folder.fresh("plain")
                plain.append(
                    try rate("plain C", peer_insert_rate(path, Int32(group), Int32(Self.size + 60), Self.seconds)))
                BenchStore.remove(path)
                own.append(try await store(group))
            }
            let middle = own.median
            try report.line(
                name, middle, "rows/s",
                against: "raw syncs (4 KiB and fdatasync) on the same disk (to be \(least) or more)", syncs.median)
            try report.line(
                name, middle, "rows/s", against: "a plain C program on SQLite that inserts the same rows", plain.median)
        }
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

    private func store(_ group: Int) async throws -> Double {
        let path = folder.fresh("store")
        let store = try BenchStore.open(path)
        defer { BenchStore.remove(path) }
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: Self.size)
        var count = 0
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
        try store.close()
        return Double(count) / took.seconds
    }
}
