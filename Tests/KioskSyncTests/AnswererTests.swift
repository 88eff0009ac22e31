import Foundation
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

/// Somebody who is not the platform answers: a proxy, a captive portal, another server at a mistyped address.
@Suite(.serialized)
struct AnswererTests {
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (PlatformBehaviour.refuse(status: 404), 1), (.refuse(status: 422), 8), (.wrongIDs, 1), (.wrongIDs, 8),
        ])
    func `whoever refuses one message after the other keeps none aside, and sending stops until one is taken`(
        behaviour: PlatformBehaviour, batch: Int
    ) async throws {
        try await withSync(mostInBatch: batch) { sync in
            await sync.platform.script(behaviour)
            for _ in 0..<12 { try await sync.enqueue() }
            sync.start()
            await expectEventually {
                sync.clock.advance(by: .milliseconds(100))
                return await sync.sender.status.lastFault?.code == .syncAnswererDoubted
            }
            let first = await sync.platform.requests
            #expect(await sync.sender.status.breaker != .closed)
            var summary = try await sync.store.queueSummary()
            #expect(summary.pending == 12)
            #expect(summary.quarantined == 0)
            #expect(summary.lastFault?.code == .syncAnswererDoubted)
            // One message for each probe, though many wait.
            await expectEventually {
                sync.clock.advance(by: .seconds(20))
                return await sync.platform.requests >= first + 9
            }
            let failures = await sync.sender.status.failures
            #expect(await sync.platform.requests <= first + failures + 1)
            summary = try await sync.store.queueSummary()
            #expect(summary.quarantined == 0)
            await sync.platform.script(.accept)
            try await sync.expectDrained(advancing: .seconds(20))
            #expect(await sync.platform.counts["Encounter"] == 12)
            #expect(try await sync.store.verifyAudit().isWhole)
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            PlatformBehaviour.proxy(status: 400), .proxy(status: 413), .proxy(status: 422), .proxy(status: 200),
            .babble,
        ])
    func `an answer that is no FHIR is no word on the message, whatever its status`(page: PlatformBehaviour)
        async throws
    {
        try await withSync(mostInBatch: 8) { sync in
            // The second request is a batch.
            await sync.platform.next(.accept)
            await sync.platform.script(page)
            for _ in 0..<8 { try await sync.enqueue() }
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            let summary = try await sync.store.queueSummary()
            #expect(summary.quarantined == 0)
            #expect(summary.lastFault?.code == .syncServerError)
            await sync.platform.script(.accept)
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(await sync.platform.counts["Encounter"] == 8)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `however often a page comes with 200, the one record that waits is not kept aside`()
        async throws
    {
        try await withSync { sync in
            await sync.platform.script(.babble)
            let item = try await sync.enqueue()
            sync.start()
            try await expectEventually {
                sync.clock.advance(by: .seconds(20))
                return try await sync.item(item.id)?.attempts ?? 0 > Pace().doubtfulTries
            }
            #expect(try await sync.item(item.id)?.state == "pending")
            #expect(try await sync.item(item.id)?.fault?.code == .syncServerError)
            await sync.platform.script(.accept)
            try await sync.expectDrained(advancing: .seconds(20))
        }
    }

    // MARK: State reports

    private func report(_ sync: SyncFixture) async throws {
        let bundle = try ConsultationBundle.make(sync.samples.consultation())
        try await sync.store.putTelemetry(
            OutboxItem(id: bundle.id, kind: "heartbeat", visit: nil, body: bundle.bytes, priority: .telemetry))
    }

    @Test(.timeLimit(.minutes(1)), arguments: [PlatformBehaviour.refuse(status: 422), .wrongIDs])
    func `a platform that takes no state reports is not doubted, and the next record passes at once`(
        behaviour: PlatformBehaviour
    ) async throws {
        try await withSync { sync in
            sync.start()
            for number in 1...6 {
                await sync.platform.next(behaviour)
                try await report(sync)
                // Set aside at once, at the first word.
                try await expectEventually { try await sync.store.telemetry().isEmpty }
                #expect(await sync.platform.requests == number)
            }
            let record = try await sync.enqueue()
            try await expectEventually { try await sync.item(record.id)?.state == "acknowledged" }
            #expect(await sync.sender.status.breaker == .closed)
            #expect(await sync.sender.status.failures == 0)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `whoever takes state reports and no record is doubted all the same`()
        async throws
    {
        try await withSync { sync in
            sync.start()
            for number in 1...5 {
                await sync.platform.next(.refuse(status: 422), .accept)
                let item = try await sync.enqueue()
                if number < 5 {
                    try await expectEventually { try await sync.item(item.id)?.state == "quarantined" }
                    try await report(sync)
                    try await expectEventually { try await sync.store.telemetry().isEmpty }
                }
            }
            await expectEventually { await sync.sender.status.lastFault?.code == .syncAnswererDoubted }
            let summary = try await sync.store.queueSummary()
            #expect(summary.quarantined == 0)
            #expect(summary.pending == 5)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [PlatformBehaviour.refuse(status: 500), .cut])
    func `a state report that meets trouble is put off for long, and stops no record`(behaviour: PlatformBehaviour)
        async throws
    {
        try await withSync { sync in
            await sync.platform.next(behaviour)
            try await report(sync)
            sync.start()
            await expectEventually { await sync.sender.status.lastFault != nil }
            for _ in 0..<3 {
                sync.clock.advance(by: .seconds(30))
                let record = try await sync.enqueue()
                try await expectEventually { try await sync.item(record.id)?.state == "acknowledged" }
            }
            #expect(await sync.platform.requests == 4)
            #expect(await sync.sender.status.failures == 0)
            // With the next report it goes on.
            try await report(sync)
            try await expectEventually { try await sync.store.telemetry().isEmpty }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 8])
    func `records that the platform itself refuses are kept aside, however many stand at the front`(batch: Int)
        async throws
    {
        try await withSync(refuseSimulated: true, mostInBatch: batch) { sync in
            var bad: Set<String> = []
            for _ in 0..<7 { bad.insert(try await sync.enqueue().id) }
            for _ in 0..<3 { try await sync.enqueue(sync.samples.consultation(sync.samples.visit(simulated: []))) }
            sync.start()
            try await expectEventually {
                sync.clock.advance(by: .seconds(1))
                return try await sync.store.queueSummary().pending == 0
            }
            let items = try await sync.store.queueItems(limit: 99)
            let aside = items.filter { $0.state == "quarantined" }
            #expect(Set(aside.map(\.id)) == bad)
            #expect(Set(aside.map(\.fault?.code)) == [.syncRefused])
            #expect(await sync.platform.counts["Encounter"] == 3)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a message that is put off again and again lets a probe with another pass`()
        async throws
    {
        try await withSync { sync in
            // To the first message, to the probe with it; the next probe is with the other.
            await sync.platform.next(.refuse(status: 503), .refuse(status: 503))
            let stuck = try await sync.enqueue()
            let other = try await sync.enqueue()
            sync.start()
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(try sync.arrived(2) == stuck.body)
            #expect(try sync.arrived(3) == other.body)
            #expect(try sync.arrived(4) == stuck.body)
            #expect(try await sync.item(other.id)?.attempts == 0)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a probe with another message keeps a visit's order`() async throws {
        try await withSync { sync in
            await sync.platform.next(.refuse(status: 503), .refuse(status: 503))
            let content = try sync.samples.consultation()
            let first = try await sync.enqueue(content)
            var later = ConsultationContent(
                kiosk: content.kiosk, visit: content.visit, sequence: 2, at: sync.clock.stamp())
            later.doctor = content.doctor
            later.prescription = content.prescription
            let second = try await sync.enqueue(later)
            sync.start()
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(try sync.arrived(3) == first.body)
            #expect(try sync.arrived(4) == second.body)
        }
    }
}
