import Foundation
import KioskCrypto
import KioskLab
import KioskModel
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

@Suite(.serialized)
struct PlatformLinkTests {
    private func settings(_ sync: SyncFixture, _ url: String?, key: EnvelopeSigningKey? = nil) -> PlatformLink.Settings
    {
        var settings = PlatformLink.Settings(
            kiosk: "kiosk-001", configuredURL: url, allowsPlainHTTP: true, folder: sync.folder.path)
        settings.envelopeKey = key?.publicHex
        return settings
    }

    private func withLink(
        _ sync: SyncFixture, _ settings: PlatformLink.Settings, _ body: (PlatformLink) async throws -> Void
    ) async throws {
        let link = try PlatformLink(
            settings, store: sync.store, clock: sync.clock, pace: SyncFixture.pace(mostInBatch: 8)
        ) { _ in }
        let running = Task { await link.run() }
        do {
            try await body(link)
        } catch {
            running.cancel()
            await running.value
            throw error
        }
        running.cancel()
        await running.value
    }

    private func order(_ url: String, _ sequence: UInt64, _ key: EnvelopeSigningKey, _ clock: TestClock) throws
        -> [UInt8]
    {
        let now = Date(timeIntervalSince1970: Double(clock.stamp().wall) / 1000)
        return try Envelope(
            kiosk: "kiosk-001", sequence: sequence, issued: now, expires: now.addingTimeInterval(86_400),
            platform: .init(url: url)
        ).signed(by: key)
    }

    @Test(.timeLimit(.minutes(1))) func `a signed order moves the kiosk before its records are sent`() async throws {
        try await withSync { sync in
            let other = PlatformStandIn(directory: nil)
            try await other.start()
            let key = EnvelopeSigningKey()
            try await sync.platform.publish(try order(await other.base, 3, key, sync.clock), for: "kiosk-001")
            try await sync.enqueue()
            let settings = settings(sync, await sync.platform.base, key: key)
            try await withLink(sync, settings) { link in
                try await expectEventually { try await sync.isDrained() }
                #expect(await sync.platform.received == 0)
                #expect(await other.counts["Encounter"] == 1)
                let status = try await link.status()
                #expect(status.platform == (await other.base))
                #expect(status.addressedBy == "envelope 3")
                #expect(status.envelope == 3)
            }
            // After a restart it stays there, though the configuration names the first.
            try await sync.enqueue()
            try await withLink(sync, settings) { _ in
                try await expectEventually { try await sync.isDrained() }
                #expect(await other.counts["Encounter"] == 2)
            }
            await other.stop()
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [PlatformOrder.Flaw.forged, .expired])
    func `an order that is not good is not followed, is said, and records go on`(flaw: PlatformOrder.Flaw) async throws
    {
        try await withSync { sync in
            let key = EnvelopeSigningKey()
            let bytes: [UInt8]
            switch flaw {
            case .forged: bytes = try order("http://127.0.0.1:9/fhir", 3, EnvelopeSigningKey(), sync.clock)
            default:
                bytes = try order("http://127.0.0.1:9/fhir", 3, key, sync.clock)
                sync.clock.advance(by: .seconds(90_000))
            }
            try await sync.platform.publish(bytes, for: "kiosk-001")
            try await sync.enqueue()
            try await withLink(sync, settings(sync, await sync.platform.base, key: key)) { link in
                try await expectEventually { try await sync.isDrained() }
                let status = try await link.status()
                #expect(status.addressedBy == "configuration")
                #expect(status.envelopeFault?.code == (flaw == .forged ? "K-SYN-012" : "K-SYN-014"))
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an order that does not come through is said, and records go on`()
        async throws
    {
        try await withSync { sync in
            // Longer than any answer that is read.
            try await sync.platform.publish([UInt8](repeating: 0x41, count: 5 << 20), for: "kiosk-001")
            try await sync.enqueue()
            try await withLink(sync, settings(sync, await sync.platform.base, key: EnvelopeSigningKey())) { link in
                try await expectEventually { try await sync.isDrained() }
                let status = try await link.status()
                #expect(status.envelopeFault?.code == "K-SYN-001")
                #expect(status.failures == 0)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a technician's address stands over an older order, and the configuration's own change over both`()
        async throws
    {
        try await withSync { sync in
            let key = EnvelopeSigningKey()
            let base = await sync.platform.base
            try await sync.platform.publish(try order(base + "/", 3, key, sync.clock), for: "kiosk-001")
            try await withLink(sync, settings(sync, base, key: key)) { link in
                try await expectEventually { try await link.status().addressedBy == "envelope 3" }
                try await link.readdress(base, by: "李师傅")
                await expectFault(.configBadValue) { try await link.readdress("nonsense", by: "x") }
            }
            try await sync.enqueue()
            try await withLink(sync, settings(sync, base, key: key)) { link in
                try await expectEventually { try await sync.isDrained() }
                #expect(try await link.status().addressedBy == "李师傅")
            }
            try await withLink(sync, settings(sync, base + "//", key: key)) { link in
                let address = try await link.status().addressedBy
                #expect(address == "configuration")
            }
            // Each is a record of its own, and so a link of the audit chain; a start that changes nothing adds none.
            struct Kept: Codable, Sendable {
                let url: String?
                let by: String
            }
            let kept = try await sync.store.list(
                Kept.self, kind: .agentState, states: ["platform-address"], limit: 9
            ).records.map(\.value)
            #expect(kept.map(\.by) == ["configuration", "李师傅", "envelope 3", "configuration"])
            #expect(kept.map(\.url) == [base + "//", base, base + "/", base])
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [3, 7])
    func `what the former address refused is sent to the new one, doubted or not`(records: Int) async throws {
        try await withSync { sync in
            let other = PlatformStandIn(directory: nil)
            try await other.start()
            await sync.platform.script(.refuse(status: 422))
            for _ in 0..<records { try await sync.enqueue() }
            try await withLink(sync, settings(sync, await sync.platform.base)) { link in
                try await expectEventually {
                    let isDoubted = try await link.status().lastFault?.code == FaultCode.syncAnswererDoubted.rawValue
                    let aside = try await sync.store.queueSummary().quarantined
                    return records < 5 ? aside == records : isDoubted
                }
                try await link.readdress(await other.base, by: "李师傅")
                try await expectEventually { try await sync.isDrained() }
                #expect(await other.counts["Encounter"] == records)
                #expect(try await link.status().breaker == "closed")
            }
            await other.stop()
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a kiosk without a platform keeps its records until it is given one`()
        async throws
    {
        try await withSync { sync in
            try await sync.enqueue()
            try await withLink(sync, settings(sync, nil)) { link in
                try await expectEventually { try await link.status().lastFault?.code == "K-SYN-015" }
                try await link.readdress(await sync.platform.base, by: "李师傅")
                try await expectEventually { try await sync.isDrained() }
            }
        }
    }
}
