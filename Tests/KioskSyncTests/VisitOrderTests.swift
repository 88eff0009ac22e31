import Foundation
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Testing

@testable import KioskSync

/// A visit's record that was refused, and a later one of the same visit.
@Suite(.serialized)
struct VisitOrderTests {
    /// The name that the platform has for the visit's first box.
    private func firstBox(_ item: OutboxItem) throws -> SentEntry {
        try #require(try SentEntry.of(item.body).first { $0.type == "MedicationDispense" })
    }

    private func status(_ box: SentEntry, _ sync: SyncFixture) async throws -> String? {
        let content = try #require(await sync.platform.content(box.type, box.id))
        return try (JSONSerialization.jsonObject(with: Data(content)) as? [String: Any])?["status"] as? String
    }

    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func `an older truth that was refused is never sent over the newer one that the platform has`(all: Bool)
        async throws
    {
        try await withSync { sync in
            let content = try sync.samples.consultation(firstBox: .unknown)
            await sync.platform.next(.refuse(status: 422))
            let older = try await sync.enqueue(content)
            sync.start()
            try await expectEventually { try await sync.item(older.id)?.state == "quarantined" }
            let newer = try await sync.enqueue(sync.samples.correction(of: content))
            try await expectEventually { try await sync.item(newer.id)?.state == "acknowledged" }
            if all {
                try await sync.store.requeueAll()
            } else {
                await expectFault(.syncMessageState) { try await sync.store.requeue(older.id) }
            }
            // Behind it in the queue: when this has arrived, whatever was to be sent before has been, too.
            let other = try await sync.enqueue()
            try await expectEventually { try await sync.item(other.id)?.state == "acknowledged" }
            #expect(await sync.platform.received == 3)
            #expect(try await status(firstBox(older), sync) == "completed")
            let row = try #require(try await sync.item(older.id))
            #expect(row.state == "acknowledged")
            #expect(row.fault?.detail.contains("message 2 of its visit") == true)
            #expect(try await sync.store.syncState(of: content.visit.id) == "acknowledged")
            #expect(try await sync.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `two refused records of a visit that are put back go in their order, however urgent the later one is`()
        async throws
    {
        try await withSync { sync in
            let content = try sync.samples.consultation(firstBox: .unknown)
            await sync.platform.next(.refuse(status: 422), .refuse(status: 422))
            let older = try await sync.enqueue(content, priority: .administrative)
            sync.start()
            try await expectEventually { try await sync.item(older.id)?.state == "quarantined" }
            let newer = try await sync.enqueue(sync.samples.correction(of: content), priority: .safety)
            try await expectEventually { try await sync.item(newer.id)?.state == "quarantined" }
            try await sync.store.requeueAll()
            try await expectEventually { try await sync.isDrained() }
            #expect(try sync.arrived(3) == older.body)
            #expect(try sync.arrived(4) == newer.body)
            #expect(try await status(firstBox(newer), sync) == "completed")
        }
    }

    @Test(arguments: DispenseOutcome.allCases)
    func `a correction names every resource that the record before it did`(outcome: DispenseOutcome) throws {
        let samples = Samples()
        let content = try samples.consultation(firstBox: outcome)
        let before = try SentEntry.of(ConsultationBundle.make(content).bytes)
        let after = try SentEntry.of(ConsultationBundle.make(samples.correction(of: content)).bytes)
        #expect(!before.isEmpty)
        #expect(Set(before).isSubset(of: after))
    }
}
