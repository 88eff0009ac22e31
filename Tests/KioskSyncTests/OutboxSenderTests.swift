import Foundation
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

@Suite(.serialized)
struct OutboxSenderTests {
    @Test(.timeLimit(.minutes(1))) func `a consultation is acknowledged entry by entry and the outbox is empty`()
        async throws
    {
        try await withSync { sync in
            sync.start()
            let content = try sync.samples.consultation()
            let item = try await sync.enqueue(content)
            try await expectEventually { try await sync.isDrained() }
            // Told after it is stored.
            await expectEventually { !sync.events.isEmpty }
            #expect(sync.events == [.acknowledged(item: item.id, visit: content.visit.id)])
            #expect(try await sync.item(item.id)?.state == "acknowledged")
            #expect(
                await sync.platform.counts == [
                    "Patient": 1, "Encounter": 1, "MedicationRequest": 2, "MedicationDispense": 2,
                    "DetectedIssue": 2, "AuditEvent": 2, "Binary": 1, "Provenance": 1,
                ])
            let path = try #require(await sync.platform.lastBundlePath)
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == item.body)
            #expect(await sync.sender.status.lastFault == nil)
            // References lead to the platform's own names.
            let encounter = try #require(await sync.platform.content("Encounter", content.visit.id))
            #expect(String(decoding: encounter, as: UTF8.self).contains("\"reference\":\"Patient/"))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a card with no name and no birth date still makes a bundle that is taken`()
        async throws
    {
        try await withSync { sync in
            sync.start()
            try await sync.enqueue(sync.samples.consultation(sync.samples.visit(name: "", birthDate: nil)))
            try await expectEventually { try await sync.isDrained() }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [400, 412, 422, 413])
    func `a refused bundle is kept aside with its code, and the next one passes`(status: Int) async throws {
        try await withSync { sync in
            // A 400 may be for the compression's sake: only the second, over plain bytes, counts.
            await sync.platform.next(.refuse(status: status))
            if status == 400 { await sync.platform.next(.refuse(status: status)) }
            let bad = try await sync.enqueue()
            let good = try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.store.queueSummary().pending == 0 }
            let row = try #require(try await sync.item(bad.id))
            #expect(row.state == "quarantined")
            #expect(row.fault?.code == .syncRefused)
            #expect(row.fault?.detail == "HTTP \(status): processing")
            #expect(row.bytes == bad.body.count)
            #expect(try await sync.item(good.id)?.state == "acknowledged")
            #expect(await sync.platform.counts["Encounter"] == 1)
            #expect(try await sync.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `after a 503 the bundle waits, then is there exactly once`() async throws {
        try await withSync { sync in
            await sync.platform.next(.refuse(status: 503))
            let content = try sync.samples.consultation()
            let item = try await sync.enqueue(content)
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            let row = try #require(try await sync.item(item.id))
            #expect(row.state == "pending")
            #expect(row.fault?.code == .syncServerError)
            #expect(row.attempts == 1)
            // Something new in the queue does not cut the wait short.
            try await sync.enqueue()
            let hasMore = await eventually(within: .milliseconds(50)) { await sync.platform.received > 1 }
            #expect(!hasMore)
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(await sync.platform.received == 3)
            #expect(await sync.platform.versions("Encounter", content.visit.id) == 1)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `the platform's Retry-After is kept to`() async throws {
        try await withSync { sync in
            await sync.platform.next(.busy(seconds: 30))
            try await sync.enqueue()
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            sync.clock.advance(by: .seconds(29))
            let hasMore = await eventually(within: .milliseconds(50)) { await sync.platform.received > 1 }
            #expect(!hasMore)
            try await sync.expectDrained(advancing: .seconds(1))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `200 with a failed entry is no acknowledgement`() async throws {
        try await withSync { sync in
            await sync.platform.next(.failEntry(3))
            let item = try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.store.queueSummary().pending == 0 }
            let row = try #require(try await sync.item(item.id))
            #expect(row.state == "quarantined")
            #expect(row.fault == Fault(.syncRefused, "entry 3 (MedicationRequest): 422"))
            #expect(await sync.platform.counts.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [429, 503, 401, 403])
    func `200 with an entry that nothing passes for now leaves the bundle queued`(status: Int) async throws {
        try await withSync { sync in
            await sync.platform.next(.failEntry(3, status: status))
            let item = try await sync.enqueue()
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            let row = try #require(try await sync.item(item.id))
            #expect(row.state == "pending")
            let code = status < 429 ? FaultCode.syncAuthentication : .syncServerError
            #expect(row.fault == Fault(code, "entry 3 (MedicationRequest): \(status)"))
            await sync.sender.sendNow()
            try await expectEventually { try await sync.isDrained() }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an answer that does not fit is tried again, then the bundle is kept aside`() async throws {
        try await withSync { sync in
            await sync.platform.script(.wrongIDs)
            let item = try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.item(item.id)?.attempts == 1 }
            #expect(try await sync.item(item.id)?.state == "pending")
            try await expectEventually {
                sync.clock.advance(by: .seconds(1))
                return try await sync.item(item.id)?.state == "quarantined"
            }
            #expect(try await sync.item(item.id)?.fault?.code == .syncAckMismatch)
            #expect(await sync.platform.received == 3)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an answer that is cut is no acknowledgement, and sending again adds nothing`()
        async throws
    {
        try await withSync { sync in
            await sync.platform.next(.cut)
            let content = try sync.samples.consultation()
            let item = try await sync.enqueue(content)
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            #expect(try await sync.item(item.id)?.fault?.code == .syncUnreachable)
            // The platform has it, the kiosk does not know.
            #expect(await sync.platform.versions("Encounter", content.visit.id) == 1)
            let before = await sync.platform.counts
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(await sync.platform.received == 2)
            #expect(await sync.platform.counts == before)
            #expect(await sync.platform.versions("Encounter", content.visit.id) == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [401, 403])
    func `a platform that does not know the kiosk leaves everything queued`(status: Int) async throws {
        try await withSync { sync in
            await sync.platform.next(.refuse(status: status))
            let item = try await sync.enqueue()
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            #expect(try await sync.item(item.id)?.fault?.code == .syncAuthentication)
            #expect(try await sync.item(item.id)?.state == "pending")
            await sync.sender.sendNow()
            try await expectEventually { try await sync.isDrained() }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a proxy's 404 refuses no record`() async throws {
        try await withSync { sync in
            await sync.platform.next(.proxy(status: 404))
            let item = try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.item(item.id)?.attempts == 1 }
            #expect(try await sync.item(item.id)?.state == "pending")
            try await sync.expectDrained(advancing: .seconds(1))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `one bundle that breaks the platform does not hold the others, but its visit's`()
        async throws
    {
        try await withSync { sync in
            let content = try sync.samples.consultation()
            let bad = try await sync.enqueue(content)
            var later = ConsultationContent(
                kiosk: content.kiosk, visit: content.visit, sequence: 2, at: sync.clock.stamp())
            later.doctor = content.doctor
            later.prescription = content.prescription
            let follower = try await sync.enqueue(later)
            let other = try await sync.enqueue()
            await sync.platform.next(.refuse(status: 500))
            sync.start()
            try await expectEventually { try await sync.item(other.id)?.state == "acknowledged" }
            #expect(try await sync.item(bad.id)?.state == "pending")
            #expect(try await sync.item(follower.id)?.state == "pending")
            #expect(try await sync.item(follower.id)?.attempts == 0)
            try await sync.expectDrained(advancing: .seconds(1))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a platform that breaks on everything is left in peace`() async throws {
        try await withSync { sync in
            await sync.platform.script(.refuse(status: 500))
            for _ in 0..<8 { try await sync.enqueue() }
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            #expect(await sync.platform.received == 3)
            await sync.platform.script(.accept)
            try await sync.expectDrained(advancing: .seconds(1))
            #expect(await sync.platform.counts["Encounter"] == 8)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a dead network ends without anybody writing something new`() async throws {
        try await withSync { sync in
            let port = await sync.platform.port
            await sync.platform.stop()
            try await sync.enqueue()
            sync.start()
            await expectEventually {
                sync.clock.advance(by: .seconds(1))
                return await sync.sender.status.failures >= 3
            }
            #expect(await sync.sender.status.lastFault?.code == .syncUnreachable)
            try await sync.platform.start(port: port)
            try await sync.expectDrained(advancing: .seconds(4))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `stopping in the middle of a send loses nothing and doubles nothing`()
        async throws
    {
        try await withSync { sync in
            await sync.platform.next(.slow(.seconds(30)))
            let content = try sync.samples.consultation()
            let item = try await sync.enqueue(content)
            sync.start()
            await expectEventually { await sync.platform.received == 1 }
            let clock = ContinuousClock()
            let stopped = await clock.measure { await sync.stop() }
            #expect(stopped < .seconds(2))
            #expect(try await sync.item(item.id)?.attempts == 0)
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            #expect(await sync.platform.versions("Encounter", content.visit.id) == 1)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a silent platform ends in a time-out`() async throws {
        try await withSync(configure: { $0.timeout = .milliseconds(200) }) { sync in
            await sync.platform.next(.slow(.seconds(30)))
            let item = try await sync.enqueue()
            sync.start()
            await expectEventually { await sync.sender.status.failures == 1 }
            #expect(try await sync.item(item.id)?.fault?.code == .syncUnreachable)
            #expect(try await sync.item(item.id)?.state == "pending")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an answer without end is not read to its end`() async throws {
        try await withSync(configure: { $0.responseLimit = 200 }) { sync in
            let item = try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.item(item.id)?.fault?.code == .syncAckMismatch }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a production platform refuses what is simulated and takes what is not`()
        async throws
    {
        try await withSync(refuseSimulated: true) { sync in
            let simulated = try await sync.enqueue()
            let real = try await sync.enqueue(sync.samples.consultation(sync.samples.visit(simulated: [])))
            sync.start()
            try await expectEventually { try await sync.store.queueSummary().pending == 0 }
            #expect(try await sync.item(simulated.id)?.state == "quarantined")
            #expect(try await sync.item(real.id)?.state == "acknowledged")
            #expect(try await sync.item(simulated.id)?.fault?.detail.contains("business-rule") == true)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["http://platform.example/fhir", "ftp://x/", "platform", "", "https://"])
    func `a platform that is not encrypted or has no address is refused`(base: String) async {
        await expectFault(.configBadValue) {
            _ = try FHIRPlatformClient(.init(base: base, allowsPlainHTTP: false))
        }
    }
}
