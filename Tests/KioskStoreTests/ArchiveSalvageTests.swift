import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// A damaged archive is set aside; what it still holds is kept, what it lost is named from the chain.
struct ArchiveSalvageTests {
    private let fixture = StoreFixture()
    private let retention = Retention(liveDays: 3, leastDays: 30, mostDays: 60)
    private var path: String { Archive.path(beside: fixture.path) }

    /// A closed store with so many archived visits, each of another patient.
    private func archived(_ count: Int) async throws -> [Visit] {
        let store = try fixture.open()
        var visits: [Visit] = []
        for number in 0..<count {
            let visit = fixture.visit(state: .closed, patient: "patient \(number)")
            let item = fixture.item(visit, "{\"x\":\"\(String(repeating: "药", count: 700))\"}")
            var change = try fixture.change(visit)
            change.send(item)
            try await store.commit(change)
            try await store.markAcknowledged(item.id)
            visits.append(visit)
        }
        fixture.clock.advance(by: .seconds(86_400 * 4))
        while try await store.maintain(retention).archived > 0 {}
        try store.close()
        return visits
    }

    private func spoil(_ change: (inout Data) throws -> Void) throws {
        for log in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + log) }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try change(&bytes)
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    private func stated(_ store: Store, _ kind: String) async throws -> [String] {
        try await store.read { db in
            try String.fetchAll(db, sql: "SELECT ref FROM audit WHERE kind = ? ORDER BY ref", arguments: [kind])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `one lost page costs its own rows; the others are found again, and the chain is whole`() async throws {
        let visits = try await archived(30)
        try spoil { bytes in
            let body = try #require(bytes.range(of: Data(visits[12].id.utf8), options: .backwards))
            let page = body.lowerBound / 4096 * 4096
            bytes.replaceSubrange(page..<page + 4096, with: Data(repeating: 0xA5, count: 4096))
        }
        try Data("a page is lost".utf8).write(to: URL(fileURLWithPath: path + ".damaged"))
        let store = try fixture.open()
        let report = try #require(try await store.maintain(retention).salvage)
        print("archive salvage: \(report.records) records, \(report.messages) messages, lost \(report.lost.count)")
        #expect(report.records + report.messages + report.lost.count == 60)
        #expect(report.records + report.messages >= 40)
        #expect(try await stated(store, "salvage-lost") == report.lost)
        #expect(try await store.fullCheck().isWhole)
        for visit in visits where !report.lost.contains("visit/\(visit.id)") {
            #expect(try await store.fetch(Visit.self, kind: .visit, id: visit.id) == visit)
        }
        #expect(try await store.maintain(retention).salvage == nil)
        try store.close()
        let reader = try fixture.open(readOnly: true)
        #expect(try await reader.verifyAudit().isWhole)
        try reader.close()
        // What is kept is still deleted when its time has come.
        fixture.clock.advance(by: .seconds(86_400 * 61))
        let last = try fixture.open()
        #expect(try await last.maintain(retention).expired > 0)
        #expect(try await last.fullCheck().isWhole)
        try last.close()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [0, 100, 40_000])
    func `an archive that is no database loses everything by name, and archiving goes on`(size: Int) async throws {
        let visits = try await archived(3)
        try spoil { $0 = Data(repeating: 0x78, count: size) }
        // An empty file by itself was never there; beside its log it has vanished.
        if size == 0 { try Data([1]).write(to: URL(fileURLWithPath: path + "-wal")) }
        let store = try fixture.open()
        await expectFault(.storeArchiveDamaged) {
            _ = try await store.fetch(Visit.self, kind: .visit, id: visits[0].id)
        }
        #expect(try await store.fullCheck().archiveBreak != nil)
        #expect(try await store.salvageArchive()?.lost.count == 6)
        #expect(try await store.fullCheck().isWhole)
        #expect(store.damagedCopies == ["kiosk-archive.sqlite.damaged-1"])
        let second = try await store.salvageArchive()
        #expect(second == nil)
        try store.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a row that was changed in the archive is not taken over`() async throws {
        let visits = try await archived(3)
        try spoil { _ in }
        let queue = try DatabaseQueue(path: path)
        try await queue.write { db in
            try db.execute(sql: "UPDATE record SET state = 'aborted' WHERE id = ?", arguments: [visits[1].id])
        }
        try queue.close()
        let store = try fixture.open()
        #expect(try await store.fullCheck().archiveBreak != nil)
        let report = try #require(try await store.maintain(retention).salvage)
        #expect(report.lost == ["visit/\(visits[1].id)"])
        #expect(try await store.fullCheck().isWhole)
        try store.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a salvage that was cut off is ended by the next round`() async throws {
        let visits = try await archived(4)
        let store = try fixture.open()
        try StoreFiles(path: path).demandSalvage("test")
        let work = SalvageFiles(store: StoreFiles(path: path))
        _ = try await store.read { db in try ArchiveSalvage(files: work).run(db) }
        // The new file is finished, the old one still in its place.
        #expect(StoreFiles(path: path).isExchangePending)
        await expectFault(.storeArchiveDamaged) {
            _ = try await store.fetch(Visit.self, kind: .visit, id: visits[0].id)
        }
        try store.close()
        let again = try fixture.open()
        #expect(try await again.maintain(retention).salvage?.lost == [])
        for visit in visits { #expect(try await again.fetch(Visit.self, kind: .visit, id: visit.id) == visit) }
        #expect(try await again.fullCheck().isWhole)
        try again.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `files that were set aside hold keys: nobody is erased until they are destroyed, and who did is kept`()
        async throws
    {
        let visits = try await archived(2)
        let store = try fixture.open()
        try StoreFiles(path: path).demandSalvage("test")
        _ = try await store.maintain(retention)
        fixture.clock.advance(by: .seconds(86_400 * 31))
        let fault = await expectFault(.storeCopiesHoldKeys) {
            _ = try await store.erasePatient(ofVisit: visits[0].id, by: "x", retention)
        }
        let name = try #require(fault?.detail)
        #expect(name == "kiosk-archive.sqlite.damaged-1")
        for wrong in ["", "..", "kiosk.sqlite", "kiosk-archive.sqlite", "../x.damaged-1"] {
            await expectFault(.apiNotFound) { try await store.discard(copy: wrong, by: "x") }
        }
        try await store.discard(copy: name, by: "王主任")
        #expect(store.damagedCopies.isEmpty)
        #expect(try await stated(store, "discarded") == [name])
        #expect(try await store.erasePatient(ofVisit: visits[0].id, by: "x", retention).keys == 1)
        #expect(try await store.fetch(Visit.self, kind: .visit, id: visits[1].id) == visits[1])
        #expect(try await store.fullCheck().isWhole)
        try store.close()
    }
}
