import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskStore

/// A dead board does not take its records with it: its disk is read elsewhere with the platform's recovery key.
struct RecoveryTests {
    private let fixture = StoreFixture()
    private let recovery = RecoveryPrivateKey()
    private let output = TemporaryFolder("recovered")
    private let retention = Retention(liveDays: 3, leastDays: 30, mostDays: 60)
    private var target: String { output.file("out") }

    private func open() throws -> Store {
        let signer = CheckpointSigner(kiosk: "k-1", key: SigningKey(), everyLinks: 1)
        let keys = StoreKeys(kiosk: try Sealer(key: fixture.key), recovery: recovery.publicKey, signer: signer)
        return try Store.open(path: fixture.path, keys: keys, clock: fixture.clock)
    }

    private func recover(_ key: RecoveryPrivateKey? = nil) async throws -> RecoveryView {
        try await StoreRecovery(store: fixture.path, key: key ?? recovery, clock: fixture.clock).run(into: target)
    }

    private func ended(_ store: Store, patient: String) async throws -> (visit: Visit, item: OutboxItem) {
        let visit = fixture.visit(state: .closed, patient: patient)
        let item = fixture.item(visit, "{\"resourceType\":\"Bundle\",\"id\":\"\(visit.id)\"}")
        var change = try fixture.change(visit)
        change.send(item)
        try await store.commit(change)
        return (visit, item)
    }

    private func files(_ place: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(target)/\(place)").sorted()
    }

    @Test(.timeLimit(.minutes(1)))
    func `every record, every message and the chain come out of a disk that is not changed by a byte`() async throws {
        let store = try open()
        let old = try await ended(store, patient: "11010119900131123X")
        try await store.markAcknowledged(old.item.id)
        fixture.clock.advance(by: .seconds(86_400 * 4))
        #expect(try await store.maintain(retention).archived == 1)
        let waiting = try await ended(store, patient: "31010119800101123X")
        try store.close()
        let before = try fixture.files()

        let view = try await recover()
        #expect(try fixture.files() == before)
        #expect(view.lost.isEmpty && view.chainBreak == nil)
        #expect((view.records, view.messages, view.unsent) == (2, 2, 1))
        let pending = try #require(try files("messages").first { $0.contains("-pending-") })
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(target)/messages/\(pending)"))
        #expect(Array(bytes) == waiting.item.body)
        let record = "\(target)/records/visit/\(old.visit.id).json"
        #expect(try JSONDecoder().decode(Visit.self, from: Data(contentsOf: URL(fileURLWithPath: record))) == old.visit)
        let mode = try FileManager.default.attributesOfItem(atPath: record)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let chain = try String(contentsOfFile: target + "/audit.jsonl", encoding: .utf8)
        #expect(chain.contains("k-1"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: output.path) == ["out"])
        await expectFault(.storeOpenFailed) { _ = try await recover() }
    }

    @Test(.timeLimit(.minutes(1))) func `another recovery key opens nothing and leaves nothing behind`() async throws {
        let store = try open()
        _ = try await ended(store, patient: "x")
        try store.close()
        let other = RecoveryPrivateKey()
        let fault = await expectFault(.storeRecoveryKeyWrong) { _ = try await recover(other) }
        #expect(fault?.detail.contains(recovery.publicKey.id) == true)
        #expect(fault?.detail.contains(other.publicKey.id) == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: output.path).isEmpty)
        let nothing = StoreRecovery(store: output.file("none.sqlite"), key: recovery, clock: fixture.clock)
        await expectFault(.storeOpenFailed) { _ = try await nothing.run(into: target) }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a power cut's log is read, and a damaged page costs its own rows alone, which are named`() async throws {
        let store = try open()
        var visits: [Visit] = []
        for number in 0..<40 { visits.append(try await ended(store, patient: "patient \(number)").visit) }
        // As the power left it: nothing closed, the newest rows in the log alone.
        let disk = TemporaryFolder("moved")
        for (name, bytes) in try fixture.files() where !name.hasSuffix("-shm") {
            try bytes.write(to: URL(fileURLWithPath: disk.file(name)))
        }
        let moved = disk.file("kiosk.sqlite")
        let whole = try await StoreRecovery(store: moved, key: recovery, clock: fixture.clock).run(into: target)
        #expect((whole.records, whole.messages, whole.lost.count) == (40, 40, 0))
        try FileManager.default.removeItem(atPath: target)

        try store.close()
        for (name, bytes) in try fixture.files() { try bytes.write(to: URL(fileURLWithPath: disk.file(name))) }
        try Data().write(to: URL(fileURLWithPath: moved + "-wal"))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: moved))
        let body = try #require(
            bytes.range(of: Data("visit\(visits[20].id)".utf8)) ?? bytes.range(of: Data(visits[20].id.utf8)))
        let page = body.lowerBound / 4096 * 4096
        bytes.replaceSubrange(page..<page + 4096, with: Data(repeating: 0xA5, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: moved))
        try Data("test".utf8).write(to: URL(fileURLWithPath: moved + ".damaged"))
        let view = try await StoreRecovery(store: moved, key: recovery, clock: fixture.clock).run(into: target)
        #expect(view.records + view.messages + view.lost.count >= 80)
        #expect(view.records + view.messages >= 60)
    }

    /// A store and its archive as the power left them, on another machine: what was archived, and what waits.
    private func cut(_ disk: TemporaryFolder, archived count: Int) async throws -> (archived: [Visit], waiting: Visit) {
        try open().close()
        let store = try open()
        var archived: [Visit] = []
        for number in 0..<count {
            let (visit, item) = try await ended(store, patient: "patient \(number)")
            try await store.markAcknowledged(item.id)
            archived.append(visit)
        }
        fixture.clock.advance(by: .seconds(86_400 * 4))
        #expect(try await store.maintain(retention).archived == count)
        let waiting = try await ended(store, patient: "31010119800101123X").visit
        for (name, bytes) in try fixture.files() where !name.hasSuffix("-shm") {
            try bytes.write(to: URL(fileURLWithPath: disk.file(name)))
        }
        try store.close()
        return (archived, waiting)
    }

    private func spoilLog(of database: String, frame: Int) throws {
        let log = URL(fileURLWithPath: database + "-wal")
        var bytes = try Data(contentsOf: log)
        bytes[32 + frame * 4120 + 2000] ^= 0x5A
        try bytes.write(to: log)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["kiosk.sqlite", "kiosk-archive.sqlite"])
    func `a damaged log on the disk costs its own rows alone, of the store or the archive, and these are named`(
        name: String
    ) async throws {
        let disk = TemporaryFolder("moved")
        let (archived, waiting) = try await cut(disk, archived: 5)
        try spoilLog(of: disk.file(name), frame: name == "kiosk.sqlite" ? 8 : 25)
        let moved = disk.file("kiosk.sqlite")
        let view = try await StoreRecovery(store: moved, key: recovery, clock: fixture.clock).run(into: target)
        #expect(view.chainBreak == nil)
        let there = try files("records/visit")
        var lost = 0
        for visit in archived + [waiting] {
            let isThere = there.contains("\(visit.id).json")
            #expect(isThere != view.lost.contains("visit/\(visit.id)"), "\(view.lost)")
            if !isThere { lost += 1 }
        }
        #expect(lost <= 3)
        #expect(view.records + view.messages + view.lost.count == 12)
    }

    @Test(.timeLimit(.minutes(1))) func `whoever was erased stays erased, also where a cut came before the end`()
        async throws
    {
        let store = try open()
        let (gone, item) = try await ended(store, patient: "11010119900131123X")
        let (kept, _) = try await ended(store, patient: "31010119800101123X")
        try await store.markAcknowledged(item.id)
        try await store.write { db in
            try db.execute(
                sql: "UPDATE data_key SET condemned = 1 WHERE id = (SELECT key FROM visit_key WHERE visit = ?)",
                arguments: [gone.id])
        }
        try store.close()
        let view = try await recover()
        #expect((view.records, view.messages, view.erased) == (1, 1, 2))
        #expect(try files("records/visit") == ["\(kept.id).json"])
    }

    @Test(.timeLimit(.minutes(1))) func `a name that would be a path is none`() async throws {
        let store = try open()
        var change = StoreChange()
        try change.put(["x": 1], kind: .visit, id: "../../escaped", state: "open")
        try await store.commit(change)
        try store.close()
        _ = try await recover()
        #expect(try files("records/visit").map(\.count) == [64 + 5])
        #expect(!FileManager.default.fileExists(atPath: output.file("escaped.json")))
    }
}
