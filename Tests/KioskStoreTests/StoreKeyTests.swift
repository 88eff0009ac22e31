import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct StoreKeyTests {
    private let fixture = StoreFixture()
    private let recovery = RecoveryPrivateKey()

    private func keys(_ byte: UInt8 = 7, next: UInt8? = nil, recovery: Bool = true) throws -> StoreKeys {
        let key = { (byte: UInt8) in try Sealer(key: [UInt8](repeating: byte, count: 32)) }
        return StoreKeys(
            kiosk: try key(byte), next: try next.map(key), recovery: recovery ? self.recovery.publicKey : nil)
    }

    private func open(_ keys: StoreKeys, readOnly: Bool = false) throws -> Store {
        try Store.open(path: fixture.path, keys: keys, clock: fixture.clock, readOnly: readOnly)
    }

    @Test(.timeLimit(.minutes(1))) func `a disk moved to another machine opens with the recovery key alone`()
        async throws
    {
        let visit = fixture.visit()
        let item = fixture.item(visit, "{\"resourceType\":\"Bundle\",\"id\":\"x\"}")
        let store = try open(try keys())
        var change = try fixture.change(visit)
        change.send(item)
        try await store.commit(change)
        try store.close()

        // Another machine: the files alone, and no kiosk key.
        let elsewhere = TemporaryFolder("elsewhere")
        for (name, bytes) in try fixture.files() where !name.hasSuffix(".lock") {
            try bytes.write(to: URL(fileURLWithPath: elsewhere.file(name)))
        }
        let path = elsewhere.file("kiosk.sqlite")
        let saved = try Store.open(
            path: path, keys: StoreKeys(recovery: recovery), clock: fixture.clock, readOnly: true)
        #expect(try await saved.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        guard case .ready(let entry) = try await saved.pendingOutbox(limit: 1).first else {
            Issue.record("the message does not open")
            return
        }
        #expect(entry.item == item)
        #expect(try await saved.verifyAudit().isWhole)
        await expectFault(.storeRecoveryKeyWrong) {
            _ = try Store.open(
                path: path, keys: StoreKeys(recovery: RecoveryPrivateKey()), clock: fixture.clock, readOnly: true)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `without a recovery key nothing but the kiosk key opens the disk`() async throws
    {
        try open(try keys(recovery: false)).close()
        await expectFault(.storeRecoveryKeyWrong) { _ = try open(StoreKeys(recovery: recovery), readOnly: true) }
    }

    @Test(.timeLimit(.minutes(1))) func `a patient has one key over all visits, and no other patient has it`()
        async throws
    {
        let store = try open(try keys())
        let first = fixture.visit()
        let again = fixture.visit()
        let other = fixture.visit(patient: "31010119800101123X")
        for visit in [first, again, other] { try await store.commit(fixture.change(visit)) }
        try await store.commit(fixture.change(fixture.visit(first.id, state: .closed)))
        let rows = try await store.read { db in
            try Row.fetchAll(db, sql: "SELECT id, key FROM record").map { ($0["id"] as String, $0["key"] as String) }
        }
        let key = Dictionary(uniqueKeysWithValues: rows)
        #expect(key[first.id] == key[again.id])
        #expect(key[first.id] != key[other.id])
        let scopes = try await store.read { try String.fetchAll($0, sql: "SELECT scope FROM data_key ORDER BY number") }
        #expect(scopes == ["store", "patient", "patient"])
    }

    @Test(.timeLimit(.minutes(1))) func `nobody without the key can tell whose a data key is`() async throws {
        let store = try open(try keys())
        let visit = fixture.visit()
        try await store.commit(fixture.change(visit))
        let name = try await store.read {
            try Data.fetchOne($0, sql: "SELECT patient FROM data_key WHERE patient IS NOT NULL")
        }
        let number = Array(visit.patient.number.utf8)
        #expect(name != Data(Digest.sha256(number)))
        #expect(name?.count == 32)
        // The same patient in another kiosk has another name.
        let elsewhere = StoreFixture()
        let second = try elsewhere.open()
        try await second.commit(elsewhere.change(elsewhere.visit()))
        let there = try await second.read {
            try Data.fetchOne($0, sql: "SELECT patient FROM data_key WHERE patient IS NOT NULL")
        }
        #expect(name != there)
    }

    @Test(.timeLimit(.minutes(1))) func `a key put on another patient's row opens nothing`() async throws {
        let store = try open(try keys())
        let (one, two) = (fixture.visit(), fixture.visit(patient: "31010119800101123X"))
        for visit in [one, two] { try await store.commit(fixture.change(visit)) }
        try await store.write { db in
            try db.execute(sql: "UPDATE record SET key = (SELECT key FROM record WHERE id = ?)", arguments: [two.id])
        }
        await expectFault(.storeDamaged) { _ = try await store.fetch(Visit.self, kind: .visit, id: one.id) }
        #expect(try await store.fetch(Visit.self, kind: .visit, id: two.id) == two)
    }

    @Test(.timeLimit(.minutes(1))) func `a lost key is damage, not an erasure`() async throws {
        let store = try open(try keys())
        let visit = fixture.visit()
        try await store.commit(fixture.change(visit))
        try await store.write { try $0.execute(sql: "DELETE FROM data_key WHERE scope = 'patient'") }
        store.keys.forget(try #require(try await store.read { try String.fetchOne($0, sql: "SELECT key FROM record") }))
        await expectFault(.storeDamaged) { _ = try await store.fetch(Visit.self, kind: .visit, id: visit.id) }
    }

    @Test(.timeLimit(.minutes(1))) func `a store of the first version is taken over with all it holds`() async throws {
        let sealer = try Sealer(key: fixture.key)
        let visit = fixture.visit()
        try FirstVersionStore.make(at: fixture.path, sealer: sealer, visit: visit, clock: fixture.clock)
        await expectFault(.storeKeyWrong) { _ = try fixture.open(keyByte: 8) }
        let store = try open(try keys())
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        #expect(try await store.verifyAudit().isWhole)
        try await store.commit(fixture.change(fixture.visit(visit.id, state: .closed)))
        try store.close()
        let again = try open(StoreKeys(recovery: recovery), readOnly: true)
        #expect(try await again.fetch(Visit.self, kind: .visit, id: visit.id)?.state == .closed)
    }
}
