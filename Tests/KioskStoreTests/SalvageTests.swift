import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// A damaged store is moved aside, and the kiosk goes on with what it still holds.
struct SalvageTests {
    private let fixture = StoreFixture()

    private func openOrSalvage(keyByte: UInt8 = 7, counters: [String] = ["n"]) throws -> (Store, SalvageReport?) {
        let sealer = try Sealer(key: [UInt8](repeating: keyByte, count: 32))
        let store = try Store.openOrSalvage(
            path: fixture.path, sealer: sealer, clock: fixture.clock, counters: counters)
        return (store, store.salvage)
    }

    /// Visits with a message each, all in the database file, the log emptied.
    private func filled(_ count: Int) async throws -> (visits: [Visit], items: [OutboxItem]) {
        let store = try fixture.open()
        var visits: [Visit] = []
        var items: [OutboxItem] = []
        for _ in 0..<count {
            let visit = fixture.visit()
            let item = fixture.item(visit, #"{"x":"\#(String(repeating: "药", count: 500))"}"#)
            var change = try fixture.change(visit)
            change.send(item)
            try await store.commit(change)
            _ = try await store.nextCounter("n")
            visits.append(visit)
            items.append(item)
        }
        try await store.commit(fixture.change(fixture.visit(visits[0].id, state: .closed)))
        try store.close()
        let queue = try DatabaseQueue(path: fixture.path)
        try await queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try queue.close()
        return (visits, items)
    }

    private func damage(_ pages: [Int]) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
        for page in pages {
            try handle.seek(toOffset: UInt64((page - 1) * 4096))
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        }
        try handle.close()
    }

    private func page(holding text: String) throws -> Int {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        let range = try #require(bytes.range(of: Data(text.utf8)))
        return range.lowerBound / 4096 + 1
    }

    @Test(.timeLimit(.minutes(1))) func `a whole store is opened as it is`() async throws {
        let (visits, _) = try await filled(3)
        let (store, salvage) = try openOrSalvage()
        #expect(salvage == nil)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visits[2].id) == visits[2])
        try store.close()
        #expect(try !fixture.files().keys.contains { $0.contains("damaged") })
    }

    /// Pages of the file in turn, as a disk loses them: the first ones, which hold the schema and the roots, and of the
    /// rest the odd or the even; KIOSK_LONG=1 takes each.
    @Test(.timeLimit(.minutes(3))) func `whatever page is lost, the kiosk starts and every lost row is named`()
        async throws
    {
        let (visits, items) = try await filled(30)
        let whole = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        let pages = whole.count / 4096
        let schema = try await DatabaseQueue(path: fixture.path).read { db in
            Set(try Int.fetchAll(db, sql: "SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'"))
        }
        let isLong = ProcessInfo.processInfo.environment["KIOSK_LONG"] != nil
        let rest = Int.random(in: 0...1)
        let taken = (1...pages).filter { isLong || $0 <= 12 || $0 % 2 == rest }
        var salvaged = 0
        for page in taken {
            for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) {
                try FileManager.default.removeItem(atPath: fixture.folder.file(name))
            }
            try whole.write(to: URL(fileURLWithPath: fixture.path))
            try damage([page])
            let damaged = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
            var (store, salvage) = try openOrSalvage()
            let isFoundAtOnce = salvage != nil
            if !isFoundAtOnce {
                // What opening does not look at is found by the full check, and salvaged at the next start.
                let isWhole = try await store.fullCheck().isWhole
                try store.close()
                if isWhole { continue }
                (store, salvage) = try openOrSalvage()
            }
            let report = try #require(salvage, "page \(page)")
            salvaged += 1
            #expect(try await store.verifyAudit().isWhole, "page \(page)")
            // Opening makes and drops a table (GRDB, so that there is a log): that touches the schema's pages alone. A
            // run that did not notice wrote its own start and stop as well.
            let kept = try Data(contentsOf: URL(fileURLWithPath: report.keptIn + "/kiosk.sqlite"))
            let changed = (2...pages).filter { number in
                let place = (number - 1) * 4096..<number * 4096
                return !schema.contains(number) && (kept.count < place.upperBound || kept[place] != damaged[place])
            }
            #expect(!isFoundAtOnce || page == 2 || changed.isEmpty, "page \(page): \(changed)")
            for visit in visits {
                let there = try await store.record(Visit.self, kind: .visit, id: visit.id)
                let isGone = there == nil
                let named = report.lost.contains("visit/\(visit.id)") || !report.gaps.isEmpty
                #expect(!isGone || named, "page \(page): visit \(visit.id) is gone in silence")
            }
            let pending = try await store.pendingOutbox(limit: 99)
            for item in items {
                let there = pending.contains { if case .ready(let entry) = $0 { entry.item == item } else { false } }
                #expect(there || report.lost.contains("outbox/\(item.id)") || !report.gaps.isEmpty, "page \(page)")
            }
            // One page never takes a third of what is there with it, unless it is a page above others.
            #expect(report.records + report.messages >= 20 || page < 20, "page \(page): \(report)")
            // A number that was given is never given again.
            #expect(try await store.nextCounter("n") > 30, "page \(page)")
            // And the kiosk goes on.
            let next = fixture.visit()
            try await store.commit(fixture.change(next))
            try store.close()
            let (again, second) = try openOrSalvage()
            #expect(second == nil, "page \(page)")
            #expect(try await again.fetch(Visit.self, kind: .visit, id: next.id) == next)
            #expect(try await again.verifyAudit().isWhole)
            try again.close()
        }
        print("salvage: \(salvaged) of \(taken.count) lost pages salvaged, rest \(rest), others unused")
        #expect(salvaged > taken.count / 2)
    }

    @Test(.timeLimit(.minutes(1)))
    func `an upgraded store that lost its first page starts, and what is not saved is named`() async throws {
        let first = fixture.visit()
        try FirstVersionStore.make(
            at: fixture.path, sealer: Sealer(key: fixture.key), visit: first, clock: fixture.clock)
        let (visits, _) = try await filled(30)
        try damage([1])
        let (store, salvage) = try openOrSalvage()
        let report = try #require(salvage)
        print("an upgraded store without its first page: \(report.records) records, \(report.messages) messages saved")
        for visit in [first] + visits {
            let there = try? await store.record(Visit.self, kind: .visit, id: visit.id)
            let isNamed = report.lost.contains("visit/\(visit.id)") || !report.gaps.isEmpty
            #expect(there != nil || isNamed, "visit \(visit.id) is gone in silence")
        }
        #expect(try await store.verifyAudit().isWhole)
        let next = fixture.visit()
        try await store.commit(fixture.change(next))
        #expect(try await store.fetch(Visit.self, kind: .visit, id: next.id) == next)
        try store.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a row that was changed is dropped, named, and the others stay`() async throws {
        let (visits, items) = try await filled(5)
        let queue = try DatabaseQueue(path: fixture.path)
        try await queue.write { [id = items[2].id] db in
            try db.execute(sql: "UPDATE outbox SET body = zeroblob(900) WHERE id = ?", arguments: [id])
        }
        try queue.close()
        let (store, salvage) = try openOrSalvage()
        #expect(salvage == nil)
        #expect(try await store.fullCheck().isWhole == false)
        try store.close()
        let (saved, report) = try openOrSalvage()
        #expect(report?.lost == ["outbox/\(items[2].id)"])
        #expect(report?.gaps == [])
        #expect(report?.older == [])
        #expect(report?.messages == 4)
        #expect(report?.records == visits.count)
        #expect(try await saved.pendingOutbox(limit: 9).map(\.id) == items.map(\.id).filter { $0 != items[2].id })
        #expect(try await saved.fullCheck().isWhole)
    }

    @Test(.timeLimit(.minutes(1))) func `a salvage cut off at any step is ended by the next start`() async throws {
        let (visits, _) = try await filled(4)
        let whole = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        let files = StoreFiles(path: fixture.path)
        let work = SalvageFiles(store: files)
        for moved in 0...2 {
            for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) {
                try FileManager.default.removeItem(atPath: fixture.folder.file(name))
            }
            try whole.write(to: URL(fileURLWithPath: fixture.path))
            try Data("log".utf8).write(to: URL(fileURLWithPath: fixture.path + "-wal"))
            let salvage = Salvage(
                files: work, keys: KeyRing(StoreKeys(kiosk: try Sealer(key: fixture.key))),
                stamp: fixture.clock.stamp(), counters: [])
            _ = try salvage.run(reason: "test")
            let kept = work.keptIn()
            try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
            for suffix in ["-wal", ""].prefix(moved) {
                try FileManager.default.moveItem(
                    atPath: fixture.path + suffix, toPath: kept + "/kiosk.sqlite" + suffix)
            }
            await expectFault(.storeDamaged) { _ = try fixture.open() }
            let (store, report) = try openOrSalvage()
            #expect(report != nil)
            #expect(try await store.record(Visit.self, kind: .visit, id: visits[3].id) != nil)
            #expect(try await store.verifyAudit().isWhole)
            #expect(try Data(contentsOf: URL(fileURLWithPath: kept + "/kiosk.sqlite")) == whole)
            try store.close()
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a wrong key is no damage, and changes nothing`() async throws {
        _ = try await filled(3)
        try damage([try page(holding: "outbox")])
        try StoreFiles(path: fixture.path).demandSalvage("test")
        let before = try fixture.files()["kiosk.sqlite"]
        await expectFault(.storeKeyWrong) { _ = try openOrSalvage(keyByte: 8) }
        #expect(try fixture.files()["kiosk.sqlite"] == before)
    }

    @Test(.timeLimit(.minutes(1))) func `a file that is no database is moved aside and the kiosk starts`() async throws
    {
        let garbage = Data("这不是数据库 \(String(repeating: "x", count: 9000))".utf8)
        try garbage.write(to: URL(fileURLWithPath: fixture.path))
        let (store, salvage) = try openOrSalvage()
        let report = try #require(salvage)
        #expect(try Data(contentsOf: URL(fileURLWithPath: report.keptIn + "/kiosk.sqlite")) == garbage)
        #expect(report.records == 0)
        #expect(try await store.nextCounter("n") > 1_000_000)
        #expect(try await store.verifyAudit().isWhole)
    }

    @Test(.timeLimit(.minutes(1))) func `an unclean stop is known at the next start`() async throws {
        let store = try fixture.open()
        #expect(!store.wasCutOff)
        try await store.commit(fixture.change(fixture.visit()))
        let image = try fixture.files()
        try store.close()
        let clean = try fixture.open()
        #expect(!clean.wasCutOff)
        try clean.close()
        for (name, bytes) in image { try bytes.write(to: URL(fileURLWithPath: fixture.folder.file(name))) }
        let cut = try fixture.open()
        #expect(cut.wasCutOff)
        #expect(try await cut.fullCheck().isWhole)
    }
}
