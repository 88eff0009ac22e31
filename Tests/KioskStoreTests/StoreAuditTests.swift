import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

struct StoreAuditTests {
    private let fixture = StoreFixture()

    /// Three visits, each written twice, and one message.
    private func filled() async throws -> (Store, [Visit]) {
        let store = try fixture.open()
        let visits = (0..<3).map { _ in fixture.visit() }
        for visit in visits {
            try await store.commit(fixture.change(visit))
            try await store.commit(fixture.change(fixture.visit(visit.id, state: .prescribed)))
        }
        var change = StoreChange()
        change.send(fixture.item(visits[0]))
        try await store.commit(change)
        return (store, visits)
    }

    @Test(.timeLimit(.minutes(1))) func `the chain's layout is the documented one`() throws {
        let link = AuditLink(
            sequence: 1, kind: "visit", ref: "v", revision: 2, content: [UInt8](repeating: 1, count: 32),
            boot: "b",
            monotonic: 3, wall: -4, quality: "untrusted")
        let text = { (value: String) -> [UInt8] in
            [0, 0, 0, UInt8(value.utf8.count)] + Array(value.utf8)
        }
        let bytes = text("visit") + text("v") + [0, 0, 0, 0, 0, 0, 0, 2] + link.content
        var input =
            Array("kiosk-audit-1\u{0}".utf8) + [0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 32)
        input += Digest.sha256(bytes) + text("b") + [0, 0, 0, 0, 0, 0, 0, 3]
        input += [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC] + text("untrusted")
        #expect(link.hash(after: AuditLink.start) == Digest.sha256(input))
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "UPDATE record SET state = 'closed' WHERE id = ?",
            "UPDATE record SET body = zeroblob(64) WHERE id = ?",
            "UPDATE record SET visit = NULL WHERE id = ?",
            "UPDATE record SET revision = 1 WHERE id = ?",
            "DELETE FROM record WHERE id = ?",
            "UPDATE audit SET wall = wall + 1 WHERE ref = ? AND revision = 1",
            "UPDATE audit SET ref = 'other' WHERE ref = ? AND revision = 1",
            "UPDATE audit SET content = zeroblob(32) WHERE ref = ? AND revision = 2",
            "UPDATE record SET id = 'other' WHERE id = ?",
        ])
    func `a row changed behind the store's back is found and named`(sql: String) async throws {
        let (store, visits) = try await filled()
        #expect(try await store.verifyAudit().isWhole)
        try await store.write { [id = visits[1].id] db in try db.execute(sql: sql, arguments: [id]) }
        let found = try #require(try await store.verifyAudit().firstBreak)
        let rows = ["visit/\(visits[1].id)", "visit/other"]
        #expect(rows.contains(found.row ?? ""), "\(found)")
    }

    @Test(.timeLimit(.minutes(1))) func `a message changed behind the store's back is found`()
        async throws
    {
        let (store, _) = try await filled()
        try await store.write { try $0.execute(sql: "UPDATE outbox SET state = 'acknowledged'") }
        #expect(try await store.verifyAudit().firstBreak?.row?.hasPrefix("outbox/") == true)
    }

    @Test(.timeLimit(.minutes(1))) func `an old row put back whole is found`() async throws {
        let store = try fixture.open()
        let visit = fixture.visit()
        try await store.commit(fixture.change(visit))
        let old = try await store.read {
            try Row.fetchOne($0, sql: "SELECT body FROM record")?.bytes("body")
        }
        try await store.commit(fixture.change(fixture.visit(visit.id, state: .closed)))
        try await store.write { db in
            try db.execute(
                sql: "UPDATE record SET body = ?, state = 'opened', revision = 1, last_link = 1",
                arguments: [old?.data])
        }
        #expect(try await store.verifyAudit().firstBreak?.row == "visit/\(visit.id)")
    }

    @Test(.timeLimit(.minutes(1))) func `links cut off the end are found when the store is opened`()
        async throws
    {
        let (store, _) = try await filled()
        try await store.write { db in
            try db.execute(sql: "DELETE FROM outbox")
            try db.execute(sql: "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)")
        }
        #expect(try await store.verifyAudit().isWhole == false)
        try store.close()
        for readOnly in [false, true] {
            await expectFault(.storeDamaged) { _ = try fixture.open(readOnly: readOnly) }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a changed link near the end is found when the store is opened`() async throws {
        let (store, _) = try await filled()
        try await store.write { try $0.execute(sql: "UPDATE audit SET boot = 'x' WHERE seq = 5") }
        try store.close()
        await expectFault(.storeDamaged) { _ = try fixture.open() }
    }

    @Test(.timeLimit(.minutes(1))) func `a sealed value that was moved to another row does not open`() async throws {
        let (store, visits) = try await filled()
        try await store.write { [from = visits[0].id, to = visits[1].id] db in
            try db.execute(
                sql: "UPDATE record SET body = (SELECT body FROM record WHERE id = ?) WHERE id = ?",
                arguments: [from, to])
            try db.execute(sql: "UPDATE record SET revision = 9 WHERE id = ?", arguments: [from])
        }
        for id in [visits[0].id, visits[1].id] {
            await expectFault(.storeDamaged) { _ = try await store.fetch(Visit.self, kind: .visit, id: id) }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `one damaged record does not hide the others`() async throws {
        let (store, visits) = try await filled()
        try await store.write { [id = visits[1].id] db in
            try db.execute(sql: "UPDATE record SET body = zeroblob(64) WHERE id = ?", arguments: [id])
        }
        let page = try await store.list(Visit.self, kind: .visit, limit: 9)
        #expect(page.records.map(\.id) == [visits[2].id, visits[0].id])
        #expect(page.damaged.map(\.code) == [.storeDamaged])
        await expectFault(.storeDamaged) {
            _ = try await store.fetch(Visit.self, kind: .visit, id: visits[1].id)
        }
    }
}
