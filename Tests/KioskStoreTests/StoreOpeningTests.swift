import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct StoreOpeningTests {
    private let fixture = StoreFixture()

    @Test(.timeLimit(.minutes(1))) func `the writer syncs every commit`() async throws {
        let store = try fixture.open()
        let durability = try await store.durability()
        #expect(durability.journalMode == "wal")
        #expect(durability.synchronous == 2)
        #expect(durability.foreignKeys)
        // Still so after the writer has been used, and on the connection that the transaction itself runs on.
        try await store.commit(fixture.change(fixture.visit()))
        let inside = try await store.write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect(inside == 2)
    }

    @Test(.timeLimit(.minutes(1))) func `readers can neither write nor checkpoint by themselves`()
        async throws
    {
        let store = try fixture.open()
        let settings = try await store.read { db in
            try [
                Int.fetchOne(db, sql: "PRAGMA query_only"),
                Int.fetchOne(db, sql: "PRAGMA wal_autocheckpoint"),
            ]
        }
        #expect(settings == [1, 0])
        await expectFault(.storeWriteFailed) { try await store.read { try $0.execute(sql: "DELETE FROM audit") } }
    }

    @Test(.timeLimit(.minutes(1))) func `what was committed is there after closing and opening`()
        async throws
    {
        let visit = fixture.visit()
        let store = try fixture.open()
        try await store.commit(fixture.change(visit))
        try store.close()
        let again = try fixture.open()
        #expect(try await again.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        #expect(try await again.verifyAudit().isWhole)
    }

    @Test(.timeLimit(.minutes(1))) func `a second process can't open the store for writing`() async throws {
        let store = try fixture.open()
        await expectFault(.storeInUse) { _ = try fixture.open() }
        try store.close()
    }

    @Test(.timeLimit(.minutes(1))) func `another key is refused and changes nothing`() async throws {
        let visit = fixture.visit()
        let store = try fixture.open()
        try await store.commit(fixture.change(visit))
        try store.close()
        for readOnly in [false, true] {
            await expectFault(.storeKeyWrong) { _ = try fixture.open(keyByte: 8, readOnly: readOnly) }
        }
        #expect(try await fixture.open().fetch(Visit.self, kind: .visit, id: visit.id) == visit)
    }

    @Test(.timeLimit(.minutes(1))) func `a file that is no database is refused and left as it is`()
        async throws
    {
        let garbage = Data("这不是数据库 \(String(repeating: "x", count: 9000))".utf8)
        try garbage.write(to: URL(fileURLWithPath: fixture.path))
        for readOnly in [false, true] {
            await expectFault(.storeDamaged) { _ = try fixture.open(readOnly: readOnly) }
        }
        #expect(try fixture.files()["kiosk.sqlite"] == garbage)
    }

    @Test(.timeLimit(.minutes(1))) func `a truncated database is refused and left as it is`()
        async throws
    {
        let store = try fixture.open()
        for _ in 0..<20 { try await store.commit(fixture.change(fixture.visit())) }
        try store.close()
        for name in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: fixture.path + name) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        let part = whole.prefix(whole.count / 2 / 4096 * 4096)
        try part.write(to: URL(fileURLWithPath: fixture.path))
        for readOnly in [false, true] {
            await expectFault(.storeDamaged) { _ = try fixture.open(readOnly: readOnly) }
        }
        #expect(try fixture.files()["kiosk.sqlite"] == part)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `a database that vanished beside its log is not made anew`(emptied: Bool) async throws {
        let store = try fixture.open()
        try await store.commit(fixture.change(fixture.visit()))
        try store.close()
        try FileManager.default.removeItem(atPath: fixture.path)
        if emptied { try Data().write(to: URL(fileURLWithPath: fixture.path)) }
        let log = try fixture.files()["kiosk.sqlite-wal"]
        await expectFault(.storeDamaged) { _ = try fixture.open() }
        #expect(try fixture.files()["kiosk.sqlite-wal"] == log)
    }

    @Test(.timeLimit(.minutes(1))) func `a reader sees a live database and makes no file`()
        async throws
    {
        let visit = fixture.visit()
        let store = try fixture.open()
        try await store.commit(fixture.change(visit))
        let names = try Set(fixture.files().keys)
        let reader = try fixture.open(readOnly: true)
        #expect(try await reader.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        let later = fixture.visit()
        try await store.commit(fixture.change(later))
        #expect(try await reader.fetch(Visit.self, kind: .visit, id: later.id) == later)
        await expectFault(.storeWriteFailed) { try await reader.commit(fixture.change(visit)) }
        try reader.close()
        try store.close()
        #expect(try Set(fixture.files().keys) == names.subtracting(["kiosk.sqlite.running"]))
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `a reader sees a cleanly closed database and changes no byte`(logKept: Bool) async throws {
        let visit = fixture.visit()
        let store = try fixture.open()
        try await store.commit(fixture.change(visit))
        try store.close()
        let names = try Set(fixture.files().keys)
        #expect(names.isSuperset(of: ["kiosk.sqlite", "kiosk.sqlite-wal", "kiosk.sqlite-shm"]))
        if !logKept {
            for name in ["-wal", "-shm"] {
                try FileManager.default.removeItem(atPath: fixture.path + name)
            }
        }
        let before = try fixture.files()
        let reader = try fixture.open(readOnly: true)
        #expect(try await reader.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        try reader.close()
        let after = try fixture.files()
        #expect(Set(after.keys) == Set(before.keys))
        for name in ["kiosk.sqlite", "kiosk.sqlite-wal"] { #expect(after[name] == before[name]) }
    }

    @Test(.timeLimit(.minutes(1))) func `a reader makes no store where there is none`() async throws {
        await expectFault(.storeOpenFailed) { _ = try fixture.open(readOnly: true) }
        #expect(try fixture.files().isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func `a folder that is missing is a fault with the path`() async throws {
        let path = fixture.folder.file("none/kiosk.sqlite")
        let fault = await expectFault(.storeOpenFailed) {
            _ = try Store.open(path: path, sealer: Sealer(key: fixture.key), clock: fixture.clock)
        }
        #expect(fault?.detail.contains("none/kiosk.sqlite") == true)
    }
}
