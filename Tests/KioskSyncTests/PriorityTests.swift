import Foundation
import KioskLab
import KioskModel
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

@Suite(.serialized)
struct PriorityTests {
    /// The order in which messages arrived, as places in `items`.
    private func order(_ sync: SyncFixture, _ items: [OutboxItem]) throws -> [Int] {
        try items.indices.map { number in
            let body = try sync.arrived(number + 1)
            return try #require(items.firstIndex { $0.body == body })
        }
    }

    @Test(.timeLimit(.minutes(1))) func `what is urgent goes first, and in one priority the oldest`() async throws {
        try await withSync { sync in
            var items: [OutboxItem] = []
            for priority in [OutboxPriority.administrative, .clinical, .safety, .administrative, .clinical, .safety] {
                items.append(try await sync.enqueue(priority: priority))
            }
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            #expect(try order(sync, items) == [2, 5, 1, 4, 0, 3])
        }
    }

    @Test(.timeLimit(.minutes(1))) func `who waits long enough is no longer passed by what is more urgent`()
        async throws
    {
        try await withSync { sync in
            let old = try await sync.enqueue(priority: .administrative)
            sync.clock.advance(by: .seconds(1801))
            let new = try await sync.enqueue(priority: .safety)
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            #expect(try order(sync, [old, new]) == [0, 1])
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a visit's later message never overtakes its earlier one`() async throws {
        try await withSync(mostInBatch: 8) { sync in
            let content = try sync.samples.consultation()
            var later = ConsultationContent(
                kiosk: content.kiosk, visit: content.visit, sequence: 2, at: sync.clock.stamp())
            later.doctor = content.doctor
            later.prescription = content.prescription
            let other = try await sync.enqueue()
            let first = try await sync.enqueue(content, priority: .administrative)
            let urgent = try await sync.enqueue(later, priority: .safety)
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            // The earlier one was lifted by the later one, past the other visit's.
            #expect(try order(sync, [other, first, urgent]).firstIndex(of: 1) == 0)
            #expect(try sync.arrived(1) == first.body)
            #expect([try sync.arrived(2), try sync.arrived(3)].contains(urgent.body))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a held message and its visit's wait, all others pass, and it goes when released`()
        async throws
    {
        try await withSync { sync in
            let content = try sync.samples.consultation()
            var later = ConsultationContent(
                kiosk: content.kiosk, visit: content.visit, sequence: 2, at: sync.clock.stamp())
            later.doctor = content.doctor
            later.prescription = content.prescription
            let held = try await sync.enqueue(content)
            try await sync.store.hold(held.id, true)
            let follower = try await sync.enqueue(later)
            let other = try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.item(other.id)?.state == "acknowledged" }
            #expect(try await sync.item(held.id)?.state == "pending")
            #expect(try await sync.item(follower.id)?.state == "pending")
            try await sync.store.hold(held.id, false)
            try await expectEventually { try await sync.isDrained() }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a quarantined message that is put back is sent again`() async throws {
        try await withSync { sync in
            await sync.platform.next(.refuse(status: 422))
            let item = try await sync.enqueue()
            await expectFault(.syncMessageState) { try await sync.store.requeue(item.id) }
            sync.start()
            try await expectEventually { try await sync.item(item.id)?.state == "quarantined" }
            await expectFault(.syncMessageState) { try await sync.store.hold(item.id, true) }
            await expectFault(.apiNotFound) { try await sync.store.requeue(UUIDv7.make()) }
            try await sync.store.requeue(item.id)
            try await expectEventually { try await sync.item(item.id)?.state == "acknowledged" }
            #expect(try await sync.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `all that were refused are sent again together, and nothing else is touched`()
        async throws
    {
        try await withSync { sync in
            let held = try await sync.enqueue()
            try await sync.store.hold(held.id, true)
            sync.start()
            var refused: [OutboxItem] = []
            for _ in 0..<3 {
                await sync.platform.next(.refuse(status: 422))
                let item = try await sync.enqueue()
                try await expectEventually { try await sync.item(item.id)?.state == "quarantined" }
                refused.append(item)
            }
            try await sync.store.requeueAll()
            for item in refused {
                try await expectEventually { try await sync.item(item.id)?.state == "acknowledged" }
            }
            #expect(try await sync.item(held.id)?.state == "pending")
            #expect(try await sync.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `of state reports the newest is sent, after the records, and none is quarantined`()
        async throws
    {
        try await withSync { sync in
            let report = { (_: Int) in
                let bundle = try ConsultationBundle.make(sync.samples.consultation())
                return OutboxItem(
                    id: bundle.id, kind: "heartbeat", visit: nil, body: bundle.bytes, priority: .telemetry)
            }
            let old = try report(1)
            let new = try report(2)
            try await sync.store.putTelemetry(old)
            try await sync.store.putTelemetry(new)
            let record = try await sync.enqueue()
            sync.start()
            // Taken: so both files are written.
            try await expectEventually { try await sync.store.telemetry().isEmpty }
            #expect(try sync.arrived(1) == record.body)
            #expect(try sync.arrived(2) == new.body)
            await sync.platform.next(.refuse(status: 422))
            try await sync.store.putTelemetry(old)
            await expectEventually { await sync.platform.received == 3 }
            try await expectEventually { try await sync.store.telemetry().isEmpty }
            #expect(try await sync.store.queueSummary().quarantined == 0)
        }
    }
}
