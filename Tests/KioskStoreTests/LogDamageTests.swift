import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// Damage in SQLite's log, which SQLite itself takes for the log's end: found before it can cost a commit in silence.
struct LogDamageTests {
    private typealias Image = [String: Data]

    private static let page = 4096
    private static let frame = 24 + page

    private let fixture = StoreFixture()
    private var log: String { "kiosk.sqlite-wal" }

    /// A store that the power left: what it held before is in the database, the visits' commits are in the log alone.
    private func cut(
        _ count: Int, then: (Store) async throws -> Void = { _ in }
    ) async throws -> (image: Image, visits: [Visit]) {
        try fixture.open().close()
        let store = try fixture.open()
        var visits: [Visit] = []
        for number in 0..<count {
            // Long enough for pages of its own.
            visits.append(try await add(store, "patient \(number)", size: 3000))
            _ = try await store.nextCounter("n")
        }
        try await then(store)
        let image = try fixture.files()
        try store.close()
        return (image, visits)
    }

    @discardableResult
    private func add(_ store: Store, _ patient: String, size: Int = 500) async throws -> Visit {
        let visit = fixture.visit(state: .closed, patient: patient)
        var change = try fixture.change(visit)
        change.send(OutboxItem(id: "m-\(visit.id)", kind: "consultation", visit: visit.id, body: body(size)))
        try await store.commit(change)
        return visit
    }

    private func body(_ size: Int) -> [UInt8] { Array(#"{"x":"\#(String(repeating: "药", count: size))"}"#.utf8) }

    private func put(_ image: Image) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) {
            try FileManager.default.removeItem(atPath: fixture.folder.file(name))
        }
        for (name, bytes) in image { try bytes.write(to: URL(fileURLWithPath: fixture.folder.file(name))) }
    }

    private func openOrSalvage() throws -> Store {
        try Store.openOrSalvage(
            path: fixture.path, sealer: Sealer(key: fixture.key), clock: fixture.clock, counters: ["n"])
    }

    /// The frames of a log of one life, each with whether it ends a transaction.
    private func commits(_ log: Data) -> [Bool] {
        let salts = log[log.startIndex + 16..<log.startIndex + 24]
        return Swift.stride(from: log.startIndex + 32, to: log.endIndex - Self.frame + 1, by: Self.frame)
            .prefix { log[$0 + 8..<$0 + 16] == salts }
            .map { log[$0 + 4..<$0 + 8] != Data(count: 4) }
    }

    /// `place`: from the frame's first byte.
    private func spoil(_ log: Data, frame: Int, at place: Int) -> Data {
        var bytes = log
        bytes[bytes.startIndex + 32 + frame * Self.frame + place] ^= 0x5A
        return bytes
    }

    @Test(.timeLimit(.minutes(2)))
    func `a byte that went bad in the log is found, the log is kept, and what is lost is named`() async throws {
        let (image, visits) = try await cut(8)
        let whole = try #require(image[log])
        let ends = commits(whole)
        #expect(ends.count > 40)
        // In a page, in the salts, in the checksum, in the page's number.
        let places = [24 + 2000, 9, 17, 3]
        var lost = 0
        for (number, frame) in Swift.stride(from: 1, to: ends.count * 3 / 4, by: 5).enumerated() {
            let damaged = spoil(whole, frame: frame, at: places[number % places.count])
            var files = image
            files[log] = damaged
            try put(files)
            await expectFault(.storeDamaged) { _ = try fixture.open() }
            let store = try openOrSalvage()
            let report = try #require(store.salvage, "frame \(frame)")
            #expect(report.reason.contains("log"), "\(report.reason)")
            let kept = try Data(contentsOf: URL(fileURLWithPath: "\(report.keptIn)/\(log)"))
            #expect(kept == damaged, "frame \(frame)")
            let pending = try await store.pendingOutbox(limit: 99)
            for visit in visits {
                let record = try await store.record(Visit.self, kind: .visit, id: visit.id)
                let message = pending.contains { pending in
                    guard case .ready(let entry) = pending else { return false }
                    return entry.item.id == "m-\(visit.id)" && entry.item.body == body(3000)
                }
                for (name, isThere) in [
                    ("visit/\(visit.id)", record?.value == visit), ("outbox/m-\(visit.id)", message),
                ] where !isThere {
                    lost += 1
                    let isNamed = report.lost.contains(name) || !report.gaps.isEmpty
                    #expect(isNamed, "frame \(frame): \(name) is gone in silence")
                }
            }
            // What stands behind the damage is not lost with it.
            #expect(report.records + report.messages >= visits.count, "frame \(frame): \(report)")
            #expect(try await store.fullCheck().isWhole, "frame \(frame)")
            #expect(try await store.nextCounter("n") > UInt64(visits.count))
            try store.close()
            let again = try openOrSalvage()
            #expect(again.salvage == nil, "frame \(frame)")
            try again.close()
        }
        print("log damage: \(lost) rows lost, all named")
        #expect(lost > 0)
    }

    @Test(.timeLimit(.minutes(1))) func `a torn end of the log is no damage`() async throws {
        let (image, visits) = try await cut(4) { _ = try await add($0, "the last") }
        let whole = try #require(image[log])
        let ends = commits(whole)
        let last = try #require(ends.dropLast().lastIndex(of: true)) + 1
        #expect(ends.last == true && last < ends.count - 2)
        var torn = (last..<ends.count).map { spoil(whole, frame: $0, at: 24 + 99) }
        torn += (last..<ends.count).map { spoil(whole, frame: $0, at: 18) }
        torn += [0, 10, 24, 1000].map { whole.prefix(32 + last * Self.frame + $0) }
        for bytes in torn {
            var files = image
            files[log] = bytes
            try put(files)
            let store = try fixture.open()
            for visit in visits { #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit) }
            #expect(try await store.verifyAudit().isWhole)
            try store.close()
        }
    }

    /// Two transactions that the disk refused, one longer than the other, then one that was taken, at the same place.
    @Test(.timeLimit(.minutes(1))) func `what failed transactions leave behind the end is no damage`() async throws {
        let (image, _) = try await cut(2)
        var logs: [Data] = []
        var visit = fixture.visit()
        for size in [14_000, 7000, 10] {
            try put(image)
            let store = try fixture.open()
            visit = try await add(store, "x", size: size)
            logs.append(try #require(try fixture.files()[log]))
            try store.close()
        }
        let start = commits(try #require(image[log])).count
        let lengths = logs.map { commits($0).count - start }
        #expect(lengths[0] > lengths[1] + 2 && lengths[1] > lengths[2] + 2, "\(lengths)")
        // What is left of the middle one ends in a commit, and frames of the first stand behind it.
        var bytes = logs[0]
        for (log, length) in zip(logs, lengths).dropFirst() {
            let end = 32 + (start + length) * Self.frame
            bytes.replaceSubrange(0..<end, with: log.prefix(end))
        }
        var files = image
        files[log] = bytes
        try put(files)
        let store = try fixture.open()
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        #expect(try await store.verifyAudit().isWhole)
        try store.close()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [0, 17, 25])
    func `a log whose header is lost loses nothing, and is damaged only where the database lacks what it holds`(
        place: Int
    ) async throws {
        for isMoved in [false, true] {
            let (image, visits) = try await cut(3) { store in
                if isMoved { try await store.writeWithoutTransaction { _ = try $0.checkpoint(.passive) } }
            }
            var files = image
            files[log]?[place] ^= 0x5A
            try put(files)
            let store = try openOrSalvage()
            #expect((store.salvage == nil) == isMoved)
            #expect(store.salvage?.lost ?? [] == [])
            #expect(store.salvage?.gaps ?? [] == [])
            for visit in visits { #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit) }
            #expect(try await store.fullCheck().isWhole)
            try store.close()
            for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) {
                try FileManager.default.removeItem(atPath: fixture.folder.file(name))
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a damaged log of the archive is found, and what is lost is named`() async throws {
        let retention = Retention(liveDays: 3, leastDays: 30, mostDays: 60)
        let store = try fixture.open()
        var visits: [Visit] = []
        for number in 0..<5 { visits.append(try await add(store, "patient \(number)")) }
        for item in try await store.pendingOutbox(limit: 9) { try await store.markAcknowledged(item.id) }
        fixture.clock.advance(by: .seconds(86_400 * 4))
        #expect(try await store.maintain(retention).archived == 5)
        var image = try fixture.files()
        try store.close()
        let name = "kiosk-archive.sqlite-wal"
        let whole = try #require(image[name])
        let ends = commits(whole)
        // Of the third visit's move, with two more behind it.
        let frame = try #require(ends.indices.filter { ends[$0] }.dropLast(3).last)
        image[name] = spoil(whole, frame: frame, at: 24 + 2000)
        try put(image)
        let again = try fixture.open()
        await expectFault(.storeArchiveDamaged) {
            _ = try await again.fetch(Visit.self, kind: .visit, id: visits[0].id)
        }
        let report = try #require(try await again.maintain(retention).salvage)
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(report.keptIn)/\(name)")) == image[name])
        for visit in visits where !report.lost.contains("visit/\(visit.id)") {
            #expect(try await again.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        }
        #expect(report.records + report.messages + report.lost.count == 10)
        #expect(report.records + report.messages >= 5, "\(report)")
        #expect(try await again.fullCheck().isWhole)
        try again.close()
    }
}
