import KioskCrypto
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Testing

@Suite(.serialized)
struct WitnessTests {
    @Test(.timeLimit(.minutes(1)))
    func `the platform countersigns the audit chain in what it acknowledges, and one that can't is no trouble`()
        async throws
    {
        let key = EnvelopeSigningKey()
        try await withSync(witness: EnvelopeKey(hex: key.publicHex)) { sync in
            try await sync.enqueue()
            #expect(try await sync.store.unwitnessedCheckpoint() != nil)
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            #expect(await sync.platform.witnessed.isEmpty)
            await sync.platform.countersign(with: key)
            let newest = try await sync.store.latestCheckpoint()?.statement
            try await sync.enqueue()
            try await expectEventually { try await sync.isDrained() }
            let seen = try #require(await sync.platform.witnessed["K001"])
            #expect(seen.seq > (newest?.seq ?? 0))
            #expect(sync.witnessFaults.isEmpty)
            #expect(try await sync.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a countersignature of another key is told and not kept, and records go on`()
        async throws
    {
        try await withSync(witness: EnvelopeKey(hex: EnvelopeSigningKey().publicHex)) { sync in
            await sync.platform.countersign(with: EnvelopeSigningKey())
            try await sync.enqueue()
            sync.start()
            try await expectEventually { try await sync.isDrained() }
            #expect(sync.witnessFaults == [.registryBadSignature])
            #expect(try await sync.store.unwitnessedCheckpoint() != nil)
        }
    }
}
