import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct StoreCommitTests {
    private let fixture = StoreFixture()

    @Test(.timeLimit(.minutes(1))) func `record, message, reply and links are one transaction`()
        async throws
    {
        let store = try fixture.open()
        let visit = fixture.visit()
        let item = fixture.item(visit)
        let token = IdempotencyToken(key: "k1", fingerprint: "f1")
        var change = try fixture.change(visit)
        change.send(item)
        change.reply(StoredReply(status: 200, body: [1]), to: token)
        change.raise(counter: "transaction", to: 41)
        try await store.commit(change)
        let report = try await store.verifyAudit()
        #expect(report.links == 2)
        #expect(report.isWhole)

        // The same message again: its id is taken, and nothing of the change may stay.
        let other = fixture.visit()
        var refused = try fixture.change(other)
        refused.raise(counter: "transaction", to: 99)
        refused.reply(
            StoredReply(status: 200, body: [2]), to: IdempotencyToken(key: "k2", fingerprint: "f2"))
        refused.send(item)
        await expectFault(.internalError) { try await store.commit(refused) }
        #expect(try await store.fetch(Visit.self, kind: .visit, id: other.id) == nil)
        #expect(try await store.idempotentReply(IdempotencyToken(key: "k2", fingerprint: "f2")) == nil)
        #expect(try await store.counter("transaction") == 41)
        #expect(try await store.verifyAudit() == report)
        #expect(try await store.queueSummary().pending == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `a full disk stores nothing, says so, and later goes on`()
        async throws
    {
        let store = try fixture.open()
        let visit = fixture.visit()
        try await store.commit(fixture.change(visit))
        try await store.write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        let large = fixture.item(visit, String(repeating: "x", count: 100_000))
        var change = try fixture.change(fixture.visit(visit.id, state: .closed))
        change.send(large)
        await expectFault(.storeDiskFull) { try await store.commit(change) }
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id)?.state == .opened)
        #expect(try await store.queueSummary().pending == 0)
        try await store.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try await store.commit(change)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id)?.state == .closed)
        #expect(try await store.verifyAudit().isWhole)
    }

    @Test(.timeLimit(.minutes(1))) func `a record that moved on is not overwritten`() async throws {
        let store = try fixture.open()
        let visit = fixture.visit()
        try await store.commit(fixture.change(visit, expecting: 0))
        await expectFault(.visitWrongState) { try await store.commit(fixture.change(visit, expecting: 0)) }
        try await store.commit(
            fixture.change(fixture.visit(visit.id, state: .prescribed), expecting: 1))
        let stale = fixture.visit(visit.id, state: .aborted)
        await expectFault(.visitWrongState) { try await store.commit(fixture.change(stale, expecting: 1)) }
        let record = try await store.record(Visit.self, kind: .visit, id: visit.id)
        #expect(record?.revision == 2)
        #expect(record?.value.state == .prescribed)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a commit that has begun ends although its caller is cancelled`() async throws {
        let store = try fixture.open()
        let visit = fixture.visit()
        let change = try fixture.change(visit)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await store.commit(change)
        }
        try await task.value
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
    }

    @Test(.timeLimit(.minutes(1))) func `counters never give a number twice, also across a crash`()
        async throws
    {
        var store: Store? = try fixture.open()
        #expect(try await store?.nextCounter("transaction") == 1)
        #expect(try await store?.nextCounter("transaction", atLeast: 500) == 500)
        #expect(try await store?.nextCounter("prescription") == 1)
        // No close: as after a crash.
        store = nil
        let again = try await fixture.openAfterDrop()
        #expect(try await again.nextCounter("transaction") == 501)
        #expect(try await again.nextCounter("prescription") == 2)
        let given = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<20 { group.addTask { try await again.nextCounter("evidence") } }
            return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
        }
        #expect(given == Set(1...20))
        await expectFault(.internalError) { _ = try await again.nextCounter("x", atLeast: .max) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a repeated request gets its stored reply, another one is refused`()
        async throws
    {
        let store = try fixture.open()
        let token = IdempotencyToken(key: "key", fingerprint: "a")
        #expect(try await store.idempotentReply(token) == nil)
        let reply = StoredReply(status: 201, body: Array("{}".utf8))
        var change = StoreChange()
        change.reply(reply, to: token)
        try await store.commit(change)
        #expect(try await store.idempotentReply(token) == reply)
        let other = IdempotencyToken(key: "key", fingerprint: "b")
        await expectFault(.apiKeyReused) { _ = try await store.idempotentReply(other) }
        await expectFault(.apiKeyReused) { try await store.commit(change) }
    }

    @Test(.timeLimit(.minutes(1))) func `lists are newest first, by visit and by state`() async throws {
        let store = try fixture.open()
        let visits = (0..<5).map { _ in fixture.visit() }
        for visit in visits { try await store.commit(fixture.change(visit)) }
        try await store.commit(fixture.change(fixture.visit(visits[1].id, state: .closed)))
        let newest = try await store.list(Visit.self, kind: .visit, limit: 3)
        #expect(newest.records.map(\.id) == visits.reversed().prefix(3).map(\.id))
        let closed = try await store.list(
            Visit.self, kind: .visit, states: ["closed", "aborted"], limit: 9)
        #expect(closed.records.map(\.id) == [visits[1].id])
        let one = try await store.list(Visit.self, kind: .visit, visit: visits[4].id, limit: 9)
        #expect(one.records.map(\.value) == [visits[4]])
        #expect(try await store.list(Visit.self, kind: .prescription, limit: 9).records.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `no personal data is in any file, the log included`()
        async throws
    {
        let store = try fixture.open()
        let visit = fixture.visit()
        var change = try fixture.change(visit)
        change.send(
            fixture.item(visit, "{\"name\":\"\(visit.patient.name)\",\"n\":\"\(visit.patient.number)\"}"))
        let token = IdempotencyToken(key: "k", fingerprint: "pin-fingerprint-123456")
        change.reply(StoredReply(status: 200, body: Array(visit.patient.name.utf8)), to: token)
        try await store.commit(change)
        try await store.commit(fixture.change(fixture.visit(visit.id, state: .closed)))
        let live = try fixture.files()
        // The visit's id is in clear: the search itself works.
        #expect(live["kiosk.sqlite-wal"]?.range(of: Data(visit.id.utf8)) != nil)
        try store.close()
        let planted = [
            visit.patient.name, visit.patient.number, visit.patient.cardNumber, token.fingerprint,
        ]
        for (name, data) in [live, try fixture.files()].flatMap({ $0 }) {
            for text in planted { #expect(data.range(of: Data(text.utf8)) == nil, "\(text) in \(name)") }
        }
    }
}
