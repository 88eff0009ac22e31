import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct CheckpointTests {
    private let fixture = StoreFixture()
    private let device = SigningKey()
    private let platform = EnvelopeSigningKey()

    private func open(everyLinks: Int = 5, everyMinutes: Int = 60) throws -> Store {
        let signer = CheckpointSigner(kiosk: "k-1", key: device, everyLinks: everyLinks, everyMinutes: everyMinutes)
        return try Store.open(
            path: fixture.path, keys: StoreKeys(kiosk: try Sealer(key: fixture.key), signer: signer),
            clock: fixture.clock)
    }

    @Test(.timeLimit(.minutes(1))) func `the chain's end is signed after so many links and after so much time`()
        async throws
    {
        let store = try open()
        #expect(try await store.latestCheckpoint() == nil)
        var signed: [Int64] = []
        for _ in 0..<12 {
            try await store.commit(fixture.change(fixture.visit()))
            if let found = try await store.latestCheckpoint()?.statement.seq, found != signed.last {
                signed.append(found)
            }
        }
        #expect(signed == [1, 6, 11])
        fixture.clock.advance(by: .seconds(3601))
        try await store.signCheckpointIfDue()
        #expect(try await store.latestCheckpoint()?.statement.seq == 12)
        try await store.signCheckpointIfDue()
        let last = try #require(try await store.latestCheckpoint())
        #expect(last.statement.head == (try await store.verifyAudit().head))
        try last.verify(with: device.verifyingKey)
        #expect(throws: GeneralJWS.Failure.signatureInvalid) { try last.verify(with: SigningKey().verifyingKey) }
    }

    @Test(.timeLimit(.minutes(1))) func `the platform's countersignature is kept, once`() async throws {
        let store = try open()
        try await store.commit(fixture.change(fixture.visit()))
        let key = try EnvelopeKey(hex: platform.publicHex)
        let checkpoint = try #require(try await store.unwitnessedCheckpoint())
        let witness = try AuditWitness(of: checkpoint.statement, key: platform)
        try await store.keep(witness, verifiedBy: key)
        try await store.keep(witness, verifiedBy: key)
        #expect(try await store.unwitnessedCheckpoint() == nil)
        #expect(try await store.latestCheckpoint() == checkpoint)
    }

    @Test(.timeLimit(.minutes(1))) func `a countersignature of another key or another chain is refused`() async throws {
        let store = try open()
        try await store.commit(fixture.change(fixture.visit()))
        let key = try EnvelopeKey(hex: platform.publicHex)
        let statement = try #require(try await store.latestCheckpoint()).statement
        let stranger = try AuditWitness(of: statement, key: EnvelopeSigningKey())
        await expectFault(.registryBadSignature) { try await store.keep(stranger, verifiedBy: key) }
        let other = AuditCheckpoint.Statement(
            kiosk: "k-1", seq: statement.seq, head: AuditLink.start, boot: "b", wall: 0)
        let foreign = try AuditWitness(of: other, key: platform)
        await expectFault(.auditBroken) { try await store.keep(foreign, verifiedBy: key) }
        let ahead = AuditCheckpoint.Statement(kiosk: "k-1", seq: 99, head: AuditLink.start, boot: "b", wall: 0)
        let future = try AuditWitness(of: ahead, key: platform)
        await expectFault(.auditBroken) { try await store.keep(future, verifiedBy: key) }
        #expect(try await store.unwitnessedCheckpoint() != nil)
    }

    @Test(.timeLimit(.minutes(1))) func `start and stop are links, and the last one is signed`() async throws {
        var store = try open(everyLinks: 1000)
        try await store.recordStart()
        try await store.commit(fixture.change(fixture.visit()))
        try store.close()
        store = try open(everyLinks: 1000)
        try await store.recordStart()
        let links = try await store.read { db in
            try Row.fetchAll(db, sql: "SELECT kind, ref FROM audit ORDER BY seq").map { row in
                let kind: String = row["kind"]
                return kind == "visit" ? kind : "\(kind)/\(row["ref"] as String)"
            }
        }
        #expect(links == ["start/new", "visit", "stop/clean", "start/clean"])
        #expect(try await store.latestCheckpoint()?.statement.seq == 3)
        #expect(try await store.verifyAudit().isWhole)
    }
}
