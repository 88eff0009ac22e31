import Foundation
import KioskLab
import KioskModel
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

@Suite(.serialized)
struct BatchTests {
    @Test(.timeLimit(.minutes(1)))
    func `many waiting messages go in few requests, each a transaction of its own and byte for byte`() async throws {
        try await withSync(mostInBatch: 8) { sync in
            var items: [OutboxItem] = []
            for _ in 0..<15 { items.append(try await sync.enqueue()) }
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            // One, two, four, eight.
            #expect(await sync.platform.requests == 4)
            #expect(await sync.platform.received == 15)
            #expect(await sync.platform.counts["Encounter"] == 15)
            for (index, item) in items.enumerated() { #expect(try sync.arrived(index + 1) == item.body) }
            #expect(try await sync.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a batch has bounds in bytes`() async throws {
        try await withSync(mostInBatch: 8) { sync in
            let size = try await sync.enqueue().body.count
            for _ in 0..<6 { try await sync.enqueue() }
            var pace = SyncFixture.pace(mostInBatch: 8)
            pace.batchBytes = size * 2 + size / 2
            let sender = OutboxSender(store: sync.store, client: sync.client, clock: sync.clock, pace: pace)
            let running = Task { await sender.run() }
            try await expectEventually { try await sync.isDrained() }
            running.cancel()
            await running.value
            #expect(await sync.platform.requests == 4)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a message that the platform refuses is kept aside alone`() async throws {
        try await withSync(refuseSimulated: true, mostInBatch: 16) { sync in
            let real = { try sync.samples.consultation(sync.samples.visit(simulated: [])) }
            for _ in 0..<9 { try await sync.enqueue(real()) }
            let bad = try await sync.enqueue()
            for _ in 0..<9 { try await sync.enqueue(real()) }
            sync.start()
            try await expectEventually { try await sync.store.queueSummary().pending == 0 }
            #expect(try await sync.item(bad.id)?.state == "quarantined")
            #expect(try await sync.store.queueSummary().quarantined == 1)
            #expect(await sync.platform.counts["Encounter"] == 18)
            #expect(await sync.sender.status.takesBatches)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 5, 11])
    func `a message that breaks the platform is found by halving, and all others pass`(place: Int) async throws {
        try await withSync(mostInBatch: 16) { sync in
            var bad: OutboxItem?
            for index in 0..<12 {
                let item = try await sync.enqueue()
                if index == place { bad = item }
            }
            let poisoned = try #require(bad)
            await sync.platform.set(.poison(poisoned.id))
            sync.start()
            try await expectEventually {
                sync.clock.advance(by: .seconds(1))
                return try await sync.store.queueSummary().pending == 1
            }
            // It may be the platform's own trouble: it is tried again, and passes when that has ended.
            try await expectEventually {
                sync.clock.advance(by: .seconds(1))
                return try await sync.item(poisoned.id)?.fault?.code == .syncServerError
            }
            #expect(try await sync.item(poisoned.id)?.state == "pending")
            await sync.platform.set(.poison(nil))
            try await sync.expectDrained(advancing: .seconds(30))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a message over which the connection breaks lets others pass`() async throws {
        try await withSync(mostInBatch: 8) { sync in
            let bad = try await sync.enqueue()
            for _ in 0..<5 { try await sync.enqueue() }
            await sync.platform.set(.breaksOn(bad.id))
            sync.start()
            try await expectEventually {
                sync.clock.advance(by: .seconds(1))
                return try await sync.store.queueSummary().pending == 1
            }
            #expect(try await sync.item(bad.id)?.state == "pending")
            await sync.platform.set(.breaksOn(nil))
            try await sync.expectDrained(advancing: .seconds(60))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a platform that knows no batches gets everything one by one`() async throws {
        try await withSync(mostInBatch: 8) { sync in
            await sync.platform.set(.batches(false))
            for _ in 0..<9 { try await sync.enqueue() }
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            #expect(await sync.sender.status.takesBatches == false)
            #expect(await sync.platform.counts["Encounter"] == 9)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an answer for other resources in a batch acknowledges nothing`() async throws {
        try await withSync(mostInBatch: 8) { sync in
            for _ in 0..<3 { try await sync.enqueue() }
            await sync.platform.next(.accept)
            await sync.platform.script(.wrongIDs)
            sync.start()
            await expectEventually { await sync.platform.requests >= 4 }
            #expect(try await sync.store.queueSummary().pending == 2)
            await sync.platform.script(.accept)
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(await sync.platform.counts["Encounter"] == 3)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `bodies go compressed, and plain to a platform that answers 415`(takes: Bool) async throws {
        try await withSync { sync in
            await sync.platform.set(.gzip(takes))
            let item = try await sync.enqueue()
            try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            #expect(await sync.platform.compressed == (takes ? 2 : 0))
            #expect(await sync.platform.requests == (takes ? 2 : 3))
            #expect(try sync.arrived(1) == item.body)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `the breaker opens on a failure, probes with one message, and closes`()
        async throws
    {
        try await withSync(mostInBatch: 8) { sync in
            for _ in 0..<3 { try await sync.enqueue() }
            await sync.platform.next(.accept, .refuse(status: 503))
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            #expect(await sync.sender.status.breaker == .open)
            #expect(await sync.sender.status.retryAt != nil)
            // Two messages were in the request that failed; the probe holds one of them.
            #expect(await sync.platform.requests == 2)
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(await sync.platform.requests == 4)
            #expect(await sync.sender.status.breaker == .closed)
        }
    }
}
