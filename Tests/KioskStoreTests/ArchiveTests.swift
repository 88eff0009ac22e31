import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct ArchiveTests {
    private let fixture = StoreFixture()
    private let retention = Retention(liveDays: 3, leastDays: 30, mostDays: 60)

    private func advance(days: Int) { fixture.clock.advance(by: .seconds(days * 86_400)) }

    /// A visit that has ended, with its message.
    private func closed(
        _ store: Store, acknowledged: Bool = true, patient: String = "11010119900131123X"
    ) async throws -> (visit: Visit, item: OutboxItem) {
        let visit = fixture.visit(patient: patient)
        try await store.commit(fixture.change(visit))
        var ended = visit
        ended.state = .closed
        let item = fixture.item(visit, "{\"x\":\"\(String(repeating: "药", count: 900))\"}")
        var change = try fixture.change(ended)
        change.send(item)
        change.reply(StoredReply(status: 200, body: [1]), to: IdempotencyToken(key: visit.id, fingerprint: "f"))
        try await store.commit(change)
        if acknowledged { try await store.markAcknowledged(item.id) }
        return (ended, item)
    }

    private func liveRows(_ store: Store) async throws -> Int {
        try await store.read { db in
            try Int.fetchOne(db, sql: "SELECT (SELECT COUNT(*) FROM record) + (SELECT COUNT(*) FROM outbox)") ?? 0
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a visit that the platform has moves to the archive and is still found`()
        async throws
    {
        let store = try fixture.open()
        let (visit, _) = try await closed(store)
        let waiting = try await closed(store, acknowledged: false).visit
        let open = fixture.visit()
        try await store.commit(fixture.change(open))
        #expect(try await store.maintain(retention).archived == 0)
        advance(days: 4)
        #expect(try await store.maintain(retention).archived == 1)
        #expect(try await store.maintain(retention).archived == 0)
        #expect(try await liveRows(store) == 3)
        for kept in [visit, waiting, open] {
            #expect(try await store.fetch(Visit.self, kind: .visit, id: kept.id) == kept)
        }
        #expect(
            try await store.list(Visit.self, kind: .visit, visit: visit.id, limit: 9).records.map(\.value) == [visit])
        #expect(try await store.syncState(of: visit.id) == "acknowledged")
        #expect(try await store.fullCheck().isWhole)
        await expectFault(.visitWrongState) { try await store.commit(fixture.change(visit)) }
        try store.close()

        let reader = try fixture.open(readOnly: true)
        #expect(try await reader.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        #expect(try await reader.verifyAudit().isWhole)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["intended", "unknown"])
    func `a visit with a box of which nobody knows stays where it can be settled, until its time has ended`(
        state: String
    ) async throws {
        let store = try fixture.open()
        let (settled, _) = try await closed(store)
        let (open, _) = try await closed(store, patient: "31010119800101123X")
        func put(_ state: String, _ visit: Visit, _ number: String) async throws {
            var change = StoreChange()
            try change.put(["slot": 3], kind: .dispense, id: number, visit: visit.id, state: state)
            try await store.commit(change)
        }
        try await put(state, settled, "7")
        try await put(state, open, "8")
        advance(days: 4)
        #expect(try await store.maintain(retention).archived == 0)
        // The controller is heard at last.
        try await put("done", settled, "7")
        #expect(try await store.maintain(retention).archived == 0)
        advance(days: 4)
        #expect(try await store.maintain(retention).archived == 1)
        await expectFault(.visitWrongState) { try await put("done", settled, "7") }
        try await put(state, open, "8")
        advance(days: 59)
        #expect(try await store.maintain(retention).archived == 0)
        advance(days: 2)
        #expect(try await store.maintain(retention).archived == 1)
        #expect(try await store.fullCheck().isWhole)
        try store.close()
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "UPDATE record SET body = zeroblob(90)", "UPDATE record SET state = 'aborted'",
            "UPDATE outbox SET visit = 'other'", "UPDATE record SET revision = 1",
        ])
    func `a row changed in the archive is found, and visits go on`(sql: String) async throws {
        let store = try fixture.open()
        _ = try await closed(store)
        advance(days: 4)
        #expect(try await store.maintain(retention).archived == 1)
        try #require(try store.openArchive()).write { try $0.execute(sql: sql) }
        let report = try await store.fullCheck()
        #expect(report.firstBreak == nil)
        #expect(report.archiveBreak != nil)
        #expect(!report.isWhole)
        try store.close()
        // It is no reason to salvage the store.
        let again = try Store.openOrSalvage(path: fixture.path, sealer: Sealer(key: fixture.key), clock: fixture.clock)
        #expect(again.salvage == nil)
    }

    @Test(.timeLimit(.minutes(1))) func `an archive that is no database keeps nobody from a visit`() async throws {
        let store = try fixture.open()
        let (visit, _) = try await closed(store)
        advance(days: 4)
        _ = try await store.maintain(retention)
        try store.close()
        let path = Archive.path(beside: fixture.path)
        // The log would still give every page.
        for log in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + log) }
        try Data("这不是数据库 \(String(repeating: "x", count: 9000))".utf8).write(to: URL(fileURLWithPath: path))
        let again = try fixture.open()
        let next = fixture.visit()
        try await again.commit(fixture.change(next))
        #expect(try await again.fetch(Visit.self, kind: .visit, id: next.id) == next)
        await expectFault(.storeArchiveDamaged) { _ = try await again.fetch(Visit.self, kind: .visit, id: visit.id) }
        #expect(try await again.fullCheck().archiveBreak != nil)
        _ = try await closed(again)
        advance(days: 4)
        let report = try await again.maintain(retention)
        #expect(report.salvage?.lost.contains("visit/\(visit.id)") == true)
        #expect(report.archived == 1)
        #expect(try await again.fullCheck().isWhole)
    }

    @Test(.timeLimit(.minutes(1))) func `what was kept long enough is deleted, key and all, and the chain says so`()
        async throws
    {
        let store = try fixture.open()
        let (visit, item) = try await closed(store)
        advance(days: 40)
        let second = try await closed(store, patient: "31010119800101123X").visit
        _ = try await store.maintain(retention)
        advance(days: 21)
        let report = try await store.maintain(retention)
        #expect(report.expired == 1)
        #expect(report.archived == 1)
        #expect(try await store.maintain(retention).keysDestroyed == 1)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == nil)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: second.id) == second)
        #expect(try await store.fullCheck().isWhole)
        let refs = try await store.read { db in
            try String.fetchAll(db, sql: "SELECT ref FROM audit WHERE kind = 'expired' ORDER BY ref")
        }
        #expect(refs == ["outbox/\(item.id)", "visit/\(visit.id)"])
    }

    @Test(.timeLimit(.minutes(1))) func `by a clock that is known to be wrong nothing moves and nothing is deleted`()
        async throws
    {
        let store = try fixture.open()
        _ = try await closed(store)
        advance(days: 400)
        fixture.clock.setQuality(.untrusted)
        #expect(try await store.maintain(retention) == MaintenanceReport())
    }

    /// The clock says that it is ten years later, and nobody has told otherwise in this run.
    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `by a clock that was set forward while offline nothing is deleted, and nobody erased`(wasTold: Bool)
        async throws
    {
        var store = try fixture.open()
        let honest = fixture.clock.stamp().wall
        let (visit, _) = try await closed(store)
        let alert = OutboxItem(id: UUIDv7.make(), kind: "alert", visit: nil, body: [0x7B, 0x7D], priority: .safety)
        var change = StoreChange()
        change.send(alert)
        try await store.commit(change)
        try await store.markAcknowledged(alert.id)
        try store.close()

        fixture.clock.forgetTime(floor: wasTold ? honest : nil)
        fixture.clock.setQuality(.unconfirmed)
        fixture.clock.setWall(honest + 3650 * 86_400_000)
        store = try fixture.open()
        // What goes to the archive is not lost.
        #expect(try await store.maintain(retention).archived == 1)
        for _ in 0..<2 {
            let report = try await store.maintain(retention)
            #expect(report == MaintenanceReport())
        }
        let fault = await expectFault(.storeErasureRefused) {
            _ = try await store.erasePatient(ofVisit: visit.id, by: "x", retention)
        }
        #expect(fault?.detail.contains(wasTold ? "30 more days" : "no trusted source") == true)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        // By the time that was told it goes when it is due.
        fixture.clock.forgetTime(floor: honest)
        advance(days: 61)
        let report = try await store.maintain(retention)
        #expect(report.expired == 1)
        #expect(report.dropped == 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func `what was written by a wrong clock has no age until the clock is right again, and then that of that moment`()
        async throws
    {
        let store = try fixture.open()
        let now = fixture.clock.stamp().wall
        fixture.clock.setWall(now - 400 * 86_400_000)
        fixture.clock.setQuality(.untrusted)
        let (visit, _) = try await closed(store)
        fixture.clock.setWall(now)
        fixture.clock.setQuality(.synchronized)
        // By what its clock said it would have been deleted at once.
        #expect(try await store.maintain(retention) == MaintenanceReport())
        let fault = await expectFault(.storeErasureRefused) {
            _ = try await store.erasePatient(ofVisit: visit.id, by: "x", retention)
        }
        #expect(fault?.detail.contains("must be kept") == true)
        _ = try await closed(store, patient: "31010119800101123X")
        advance(days: 2)
        #expect(try await store.maintain(retention) == MaintenanceReport())
        advance(days: 2)
        #expect(try await store.maintain(retention).archived == 2)
        #expect(try await store.maintain(retention).expired == 0)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a message of no visit goes when the platform has it and its time has ended, and the chain says so`()
        async throws
    {
        let store = try fixture.open()
        let alert = { OutboxItem(id: UUIDv7.make(), kind: "alert", visit: nil, body: [0x7B, 0x7D], priority: .safety) }
        let items = [alert(), alert(), alert()]
        var change = StoreChange()
        for item in items { change.send(item) }
        try await store.commit(change)
        let visit = try await closed(store)
        advance(days: 31)
        // Without an answer of the platform nothing goes, however old it is.
        #expect(try await store.maintain(retention).dropped == 0)
        try await store.markAcknowledged(items[0].id)
        try await store.quarantine(items[1].id, Fault(.syncRefused, "422"))
        advance(days: 29)
        #expect(try await store.maintain(retention).dropped == 0)
        fixture.clock.setQuality(.untrusted)
        advance(days: 2)
        #expect(try await store.maintain(retention).dropped == 0)
        fixture.clock.setQuality(.synchronized)
        #expect(try await store.maintain(retention).dropped == 1)
        #expect(try await store.maintain(retention).dropped == 0)
        #expect(try await store.outboxMessage(items[0].id) == nil)
        for kept in items.dropFirst() { #expect(try await store.outboxMessage(kept.id) != nil) }
        #expect(try await store.syncState(of: visit.visit.id) == "acknowledged")
        #expect(try await store.fullCheck().isWhole)
        let refs = try await store.read { db in
            try String.fetchAll(db, sql: "SELECT ref FROM audit WHERE kind = 'expired' AND ref LIKE 'outbox/%'")
        }
        #expect(refs.contains("outbox/\(items[0].id)"))
        try store.close()
        try StoreFiles(path: fixture.path).demandSalvage("test")
        let saved = try Store.openOrSalvage(path: fixture.path, sealer: Sealer(key: fixture.key), clock: fixture.clock)
        #expect(saved.salvage?.lost == [])
        #expect(try await saved.fullCheck().isWhole)
    }

    @Test(.timeLimit(.minutes(1))) func `a salvaged store knows what is in the archive`() async throws {
        let store = try fixture.open()
        let (visit, _) = try await closed(store)
        advance(days: 4)
        _ = try await store.maintain(retention)
        let live = fixture.visit()
        try await store.commit(fixture.change(live))
        try store.close()
        try StoreFiles(path: fixture.path).demandSalvage("test")
        let saved = try Store.openOrSalvage(path: fixture.path, sealer: Sealer(key: fixture.key), clock: fixture.clock)
        #expect(saved.salvage?.lost == [])
        #expect(try await saved.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        #expect(try await saved.fetch(Visit.self, kind: .visit, id: live.id) == live)
        #expect(try await saved.fullCheck().isWhole)
    }

    // MARK: Erasure

    @Test(.timeLimit(.minutes(1))) func `an erased patient's keys are in no file, and the chain still verifies`()
        async throws
    {
        var store = try fixture.open()
        let (visit, _) = try await closed(store)
        let other = try await closed(store, patient: "31010119800101123X").visit
        for _ in 0..<30 { _ = try await closed(store, patient: UUIDv7.make()) }
        advance(days: 4)
        _ = try await store.maintain(retention)
        let again = try await closed(store).visit
        try store.close()
        store = try fixture.open()
        let wraps = try await store.read { db in
            try Row.fetchAll(
                db, sql: "SELECT wrap, patient FROM data_key WHERE id = (SELECT key FROM visit_key WHERE visit = ?)",
                arguments: [visit.id]
            ).flatMap { [$0["wrap"] as Data, $0["patient"] as Data] }
        }
        #expect(wraps.count == 2)
        // They are there to be found before.
        let before = try fixture.files().values
        for wrap in wraps {
            let holders = before.count { $0.range(of: wrap) != nil }
            #expect(holders >= 2)
        }
        advance(days: 31)
        let answer = try await store.erasePatient(ofVisit: again.id, by: "王主任", retention)
        #expect(Set(answer.visits) == [visit.id, again.id])
        #expect(answer.keys == 1)
        for (name, bytes) in try fixture.files() {
            for wrap in wraps { #expect(bytes.range(of: wrap) == nil, "\(name)") }
        }
        for id in [visit.id, again.id] {
            await expectFault(.storeErased) { _ = try await store.fetch(Visit.self, kind: .visit, id: id) }
        }
        #expect(try await store.fetch(Visit.self, kind: .visit, id: other.id) == other)
        let page = try await store.list(Visit.self, kind: .visit, limit: 99)
        #expect(page.damaged == [])
        #expect(page.erased == [again.id])
        #expect(try await store.fullCheck().isWhole)
        let token = IdempotencyToken(key: again.id, fingerprint: "f")
        #expect(try await store.idempotentReply(token) == nil)
        let record = try await store.list(ErasureRecord.self, kind: .erasure, limit: 9).records
        #expect(record.map(\.value.by) == ["王主任"])
        await expectFault(.storeErased) { _ = try await store.erasePatient(ofVisit: visit.id, by: "x", retention) }
        try store.close()
        let saved = try fixture.open()
        await expectFault(.storeErased) { _ = try await saved.fetch(Visit.self, kind: .visit, id: visit.id) }
        // The same person may come again.
        let later = fixture.visit()
        try await saved.commit(fixture.change(later))
        #expect(try await saved.fetch(Visit.self, kind: .visit, id: later.id) == later)
    }

    @Test(.timeLimit(.minutes(1)))
    func `an erasure is refused before the platform has confirmed and the time has come`() async throws {
        let store = try fixture.open()
        let (visit, _) = try await closed(store)
        let refuse = { (words: String) in
            let fault = await expectFault(.storeErasureRefused) {
                _ = try await store.erasePatient(ofVisit: visit.id, by: "x", retention)
            }
            #expect(fault?.detail.contains(words) == true, "\(String(describing: fault))")
        }
        advance(days: 4)
        _ = try await store.maintain(retention)
        await refuse("26 more days")
        advance(days: 27)
        // Another visit of the same patient holds it up.
        let waiting = try await closed(store, acknowledged: false)
        advance(days: 31)
        await refuse("has not confirmed")
        try await store.markAcknowledged(waiting.item.id)
        await refuse("more days")
        let open = fixture.visit()
        advance(days: 31)
        try await store.commit(fixture.change(open))
        await refuse("has not ended")
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        await expectFault(.apiNotFound) { _ = try await store.erasePatient(ofVisit: "none", by: "x", retention) }
    }

    @Test(.timeLimit(.minutes(1))) func `an erasure that was cut off is ended by the next round`() async throws {
        let store = try fixture.open()
        let (visit, _) = try await closed(store)
        advance(days: 4)
        _ = try await store.maintain(retention)
        try await store.write { try $0.execute(sql: "UPDATE data_key SET condemned = 1 WHERE scope = 'patient'") }
        #expect(try await store.maintain(retention).keysDestroyed == 1)
        await expectFault(.storeErased) { _ = try await store.fetch(Visit.self, kind: .visit, id: visit.id) }
        #expect(try await store.fullCheck().isWhole)
    }
}
