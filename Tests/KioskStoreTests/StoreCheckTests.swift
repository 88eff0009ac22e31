import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// What a start, a command or a read finds out of the files' state is known to the start that follows.
struct StoreCheckTests {
    private let fixture = StoreFixture()

    private func sealer() throws -> Sealer { try Sealer(key: fixture.key) }

    @Test(.timeLimit(.minutes(1)))
    func `a command between a cut and the next start leaves the check to that start`() async throws {
        let store = try fixture.open()
        try await store.commit(fixture.change(fixture.visit()))
        let image = try fixture.files()
        try store.close()
        for (name, bytes) in image { try bytes.write(to: URL(fileURLWithPath: fixture.folder.file(name))) }

        // Twice a command that takes the daemon's place.
        for isFirst in [true, false] {
            let command = try fixture.open()
            #expect(command.wasCutOff == isFirst)
            #expect(command.isCheckDue)
            try await command.recordStart()
            try command.close()
        }
        let daemon = try Store.openOrSalvage(path: fixture.path, sealer: sealer(), clock: fixture.clock)
        #expect(!daemon.wasCutOff)
        #expect(daemon.isCheckDue)
        try daemon.close()
        // A start that ended before its check did is none, either.
        let again = try fixture.open()
        #expect(again.isCheckDue)
        #expect(try await again.fullCheck().isWhole)
        #expect(!again.isCheckDue)
        try again.close()
        let clean = try fixture.open()
        #expect(!clean.isCheckDue)
        let starts = try await clean.read { db in
            try String.fetchAll(db, sql: "SELECT ref FROM audit WHERE kind IN ('start', 'stop') ORDER BY seq")
        }
        #expect(starts == ["cut", "clean", "clean", "clean"])
        try clean.close()
        let marks = try fixture.files().keys.filter { $0.hasSuffix(".unchecked") || $0.hasSuffix(".running") }
        #expect(marks == [])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a lost page that is met while the store is in use is salvaged by the next start`() async throws {
        let store = try fixture.open()
        for _ in 0..<40 {
            var change = StoreChange()
            change.send(fixture.item(fixture.visit(), String(repeating: "药", count: 900)))
            try await store.commit(change)
        }
        try store.close()
        let queue = try DatabaseQueue(path: fixture.path)
        let page = try await queue.writeWithoutTransaction { db in
            _ = try db.checkpoint(.truncate)
            return try Int.fetchAll(
                db, sql: "SELECT pageno FROM dbstat WHERE name = 'outbox' AND pagetype = 'leaf' ORDER BY pageno")[9]
        }
        try queue.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
        try handle.seek(toOffset: UInt64((page - 1) * 4096))
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try handle.close()

        // A reader tells it and changes nothing.
        let reader = try fixture.open(readOnly: true)
        await expectFault(.storeDamaged) { _ = try await reader.outboxHeads(.clinical, after: 0, limit: 64) }
        #expect(reader.damage?.code == .storeDamaged)
        #expect(StoreFiles(path: fixture.path).mustBeSalvaged == nil)
        try reader.close()

        let again = try Store.openOrSalvage(path: fixture.path, sealer: sealer(), clock: fixture.clock)
        #expect(again.salvage == nil)
        #expect(!again.isCheckDue)
        #expect(again.damage == nil)
        await expectFault(.storeDamaged) { _ = try await again.outboxHeads(.clinical, after: 0, limit: 64) }
        #expect(again.damage?.code == .storeDamaged)
        // How many wait is known all the same.
        let summary = try await again.queueSummary()
        #expect(summary.pending == 40)
        #expect(summary.lastFault?.code == .storeDamaged)
        try again.close()

        let saved = try Store.openOrSalvage(path: fixture.path, sealer: sealer(), clock: fixture.clock)
        let report = try #require(saved.salvage)
        let others = report.lost.filter { !$0.hasPrefix("outbox/") }
        #expect(!report.lost.isEmpty && others.isEmpty)
        let heads = try await saved.outboxHeads(.clinical, after: 0, limit: 64)
        #expect(heads.count + report.lost.count == 40)
        #expect(saved.damage == nil)
        #expect(try await saved.fullCheck().isWhole)
    }
}
