import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct RekeyTests {
    private let fixture = StoreFixture()

    private func key(_ byte: UInt8) throws -> Sealer { try Sealer(key: [UInt8](repeating: byte, count: 32)) }

    private func open(_ byte: UInt8, next: UInt8? = nil, recovery: RecoveryPublicKey? = nil) throws -> Store {
        let keys = StoreKeys(kiosk: try key(byte), next: try next.map(key), recovery: recovery)
        return try Store.open(path: fixture.path, keys: keys, clock: fixture.clock)
    }

    private func filled(_ count: Int) async throws -> [Visit] {
        let store = try open(7)
        var visits: [Visit] = []
        for number in 0..<count {
            let visit = fixture.visit(patient: "patient-\(number)")
            try await store.commit(fixture.change(visit))
            visits.append(visit)
        }
        try store.close()
        return visits
    }

    @Test(.timeLimit(.minutes(1))) func `a new kiosk key opens everything, the old one is said to be old`() async throws
    {
        let visits = try await filled(12)
        var store = try open(7, next: 8)
        let done = try await store.rekey(stepsOf: 5)
        #expect(done.wrapped == 13)
        let (old, new) = (try key(7).id, try key(8).id)
        #expect(done.to == new)
        #expect(done.from == [old])
        try store.close()
        store = try open(8)
        for visit in visits { #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit) }
        #expect(try await store.fullCheck().isWhole)
        try store.close()
        let fault = await expectFault(.storeKeyOld) { _ = try open(7) }
        #expect(fault?.detail.contains(new) == true)
        await expectFault(.storeKeyWrong) { _ = try open(9) }
        // Again, to a third one: the first is still known as old.
        store = try open(8, next: 9)
        _ = try await store.rekey()
        try store.close()
        for byte in [7, 8] as [UInt8] { await expectFault(.storeKeyOld) { _ = try open(byte) } }
        #expect(try await open(9).fullCheck().isWhole)
    }

    @Test(.timeLimit(.minutes(1))) func `cut off in the middle, both keys open the store and the change goes on`()
        async throws
    {
        let visits = try await filled(12)
        var store = try open(7, next: 8)
        #expect(try await store.wrapKeys(limit: 5) == 0)
        _ = try await store.beginRekey()
        #expect(try await store.wrapKeys(limit: 5) == 5)
        try store.close()
        await expectFault(.storeRekeyUnfinished) { _ = try open(7) }
        await expectFault(.storeRekeyUnfinished) { _ = try open(8) }
        store = try open(7, next: 8)
        for visit in visits { #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit) }
        #expect(try await store.rekey().wrapped == 8)
        try store.close()
        #expect(try await open(8).fetch(Visit.self, kind: .visit, id: visits[11].id) == visits[11])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a new key file that goes again before the change has begun takes nothing with it`() async throws {
        let store = try open(7, next: 8)
        let visit = fixture.visit()
        try await store.commit(fixture.change(visit))
        try store.close()
        #expect(try await open(7).fetch(Visit.self, kind: .visit, id: visit.id) == visit)
    }

    @Test(.timeLimit(.minutes(1))) func `no file holds a wrap by the old key any more`() async throws {
        _ = try await filled(40)
        let before = try open(7)
        let old = try await before.read { try Data.fetchAll($0, sql: "SELECT wrap FROM data_key") }
        try before.close()
        let store = try open(7, next: 8)
        _ = try await store.rekey()
        for (name, bytes) in try fixture.files() {
            for wrap in old { #expect(bytes.range(of: wrap) == nil, "\(name)") }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a recovery key that comes later gets every data key`() async throws {
        let visits = try await filled(5)
        let recovery = RecoveryPrivateKey()
        let store = try open(7, recovery: recovery.publicKey)
        let retention = Retention(liveDays: 3, leastDays: 3, mostDays: 3)
        #expect(try await store.maintain(retention).keysWrapped == 6)
        #expect(try await store.maintain(retention).keysWrapped == 0)
        try store.close()
        let elsewhere = try Store.open(
            path: fixture.path, keys: StoreKeys(recovery: recovery), clock: fixture.clock, readOnly: true)
        for visit in visits { #expect(try await elsewhere.fetch(Visit.self, kind: .visit, id: visit.id) == visit) }
    }
}
