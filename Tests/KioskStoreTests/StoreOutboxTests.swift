import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct StoreOutboxTests {
    private let fixture = StoreFixture()

    private func enqueue(_ store: Store, _ visit: Visit, _ text: String) async throws -> OutboxItem {
        let item = fixture.item(visit, text)
        var change = StoreChange()
        change.send(item)
        try await store.commit(change)
        return item
    }

    @Test(.timeLimit(.minutes(1))) func `messages come out byte for byte and in order`() async throws {
        let store = try fixture.open()
        let visit = fixture.visit()
        var items: [OutboxItem] = []
        for number in 0..<5 { items.append(try await enqueue(store, visit, "{\"名\": \(number).50}")) }
        try store.close()
        let again = try fixture.open()
        let first = try await again.pendingOutbox(limit: 3)
        let rest = try await again.pendingOutbox(after: first.last?.sequence ?? 0, limit: 9)
        let entries = (first + rest).compactMap { pending -> OutboxEntry? in
            if case .ready(let entry) = pending { entry } else { nil }
        }
        #expect(entries.map(\.item) == items)
        let digests = items.map { Digest.sha256($0.body) }
        #expect(entries.map(\.digest) == digests)
    }

    @Test(.timeLimit(.minutes(1)))
    func `acknowledged and quarantined messages leave the queue but not the store`()
        async throws
    {
        let store = try fixture.open()
        let visits = (0..<3).map { _ in fixture.visit() }
        var items: [OutboxItem] = []
        for visit in visits { items.append(try await enqueue(store, visit, "{}")) }
        fixture.clock.advance(by: .seconds(90))
        try await store.markFailed(items[0].id, Fault(.syncUnreachable, "refused"))
        try await store.markAcknowledged(items[1].id)
        fixture.clock.advance(by: .seconds(5))
        try await store.quarantine(items[2].id, Fault(.syncRefused, "422"))
        // A late answer changes nothing.
        try await store.markAcknowledged(items[2].id)
        try await store.markFailed(items[1].id, Fault(.syncUnreachable))

        let summary = try await store.queueSummary()
        #expect(summary.pending == 1)
        #expect(summary.quarantined == 1)
        #expect(summary.oldestSeconds == 95)
        #expect(summary.lastFault == Fault(.syncRefused, "422"))
        let views = try await store.queueItems(limit: 9)
        // What somebody must see first.
        #expect(views.map(\.id) == [items[2].id, items[0].id, items[1].id])
        #expect(views.map(\.state) == ["quarantined", "pending", "acknowledged"])
        #expect(views.map(\.attempts) == [1, 1, 0])
        #expect(views.map(\.fault?.code) == [.syncRefused, .syncUnreachable, nil])
        #expect(try await store.queueItems(limit: 1).map(\.id) == [items[2].id])
        #expect(try await store.syncState(of: visits[0].id) == "pending")
        #expect(try await store.syncState(of: visits[1].id) == "acknowledged")
        #expect(try await store.syncState(of: visits[2].id) == "quarantined")
        #expect(try await store.syncState(of: "none") == "none")
        #expect(try await store.verifyAudit().isWhole)
    }

    @Test(.timeLimit(.minutes(1)))
    func
        `with a visit's later message the platform has the earlier ones, refused or put back, and none is sent over it`()
        async throws
    {
        let store = try fixture.open()
        let visit = fixture.visit()
        let refused = try await enqueue(store, visit, "{}")
        let putBack = try await enqueue(store, visit, "[]")
        let other = try await enqueue(store, fixture.visit(), "{}")
        let notice = OutboxItem(id: UUIDv7.make(), kind: "notice", visit: visit.id, body: [1])
        var change = StoreChange()
        change.send(notice)
        try await store.commit(change)
        let taken = try await enqueue(store, visit, "{\"again\":1}")
        let latest = try await enqueue(store, visit, "{\"again\":2}")
        for item in [refused, putBack, other, notice] {
            try await store.quarantine(item.id, Fault(.syncRefused, "HTTP 422"))
        }
        try await store.requeue(putBack.id)

        try await store.markAcknowledged(taken.id)

        let views = try await store.queueItems(limit: 9).sorted { $0.sequence < $1.sequence }
        let states = ["acknowledged", "acknowledged", "quarantined", "quarantined", "acknowledged", "pending"]
        #expect(views.map(\.state) == states)
        let reason = "message 5 of its visit, which was taken, says all of it"
        let details = [reason + "; before that: K-SYN-002 HTTP 422", reason, "HTTP 422", "HTTP 422", nil, nil]
        #expect(views.map(\.fault?.detail) == details)
        for item in [refused, putBack] {
            let fault = await expectFault(.syncMessageState) { try await store.requeue(item.id) }
            #expect(fault?.detail.hasPrefix("message 5 of its visit") == true)
        }
        try await store.requeueAll()
        #expect(try await store.pendingOutbox(limit: 9).map(\.id) == [other.id, notice.id, latest.id])
        #expect(try await store.verifyAudit().isWhole)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func `a refused message is not put back where the platform has its visit's later one from before`(
        all: Bool
    ) async throws {
        let store = try fixture.open()
        let visit = fixture.visit()
        let refused = try await enqueue(store, visit, "{}")
        let taken = try await enqueue(store, visit, "[]")
        try await store.quarantine(refused.id, Fault(.syncRefused, "HTTP 422"))
        // As stores of before 2026-11-26 have it.
        try await store.write { [id = taken.id] db in
            try db.execute(sql: "UPDATE outbox SET state = 'acknowledged' WHERE id = ?", arguments: [id])
        }
        if all { try await store.requeueAll() } else { try await store.requeue(refused.id) }
        let view = try #require(try await store.queueItem(refused.id))
        #expect(view.state == "acknowledged")
        #expect(view.fault?.code == .syncMessageState)
        #expect(try await store.pendingOutbox(limit: 9).isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `a damaged message is named and does not stop the next`()
        async throws
    {
        let store = try fixture.open()
        let visit = fixture.visit()
        let bad = try await enqueue(store, visit, "{}")
        let good = try await enqueue(store, visit, "[]")
        try await store.write { [id = bad.id] db in
            try db.execute(sql: "UPDATE outbox SET body = zeroblob(80) WHERE id = ?", arguments: [id])
        }
        let pending = try await store.pendingOutbox(limit: 9)
        try #require(pending.count == 2)
        guard case .damaged(let id, _, let of, let fault) = pending[0],
            case .ready(let entry) = pending[1]
        else {
            Issue.record("\(pending)")
            return
        }
        #expect(id == bad.id)
        #expect(of == visit.id)
        #expect(fault.code == .storeDamaged)
        #expect(entry.item == good)
    }

    @Test(.timeLimit(.minutes(1)))
    func `every listener hears of a new message, and the stream ends with the store`()
        async throws
    {
        let store = try fixture.open()
        var first = store.outboxChanges.makeAsyncIterator()
        var second = store.outboxChanges.makeAsyncIterator()
        _ = try await enqueue(store, fixture.visit(), "{}")
        #expect(await first.next() != nil)
        #expect(await second.next() != nil)
        try await store.commit(fixture.change(fixture.visit()))
        try store.close()
        #expect(await first.next() == nil)
    }
}
