import Foundation
import GRDB
import KioskCrypto
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync
import KioskTestSupport
import Testing

/// One row among many is damaged on the medium. `script/bench queue --long` does the same among 100 000.
struct DamagedRowTests {
    private let folder = TemporaryFolder("damaged")
    private let key = [UInt8](repeating: 9, count: 32)
    private var path: String { folder.file("kiosk.sqlite") }

    private func fill(_ count: Int) async throws -> [String] {
        let store = try Store.open(path: path, sealer: Sealer(key: key), clock: SystemClock())
        let stamp = SystemClock().stamp()
        var change = StoreChange()
        var ids: [String] = []
        for number in 0..<count {
            let patient = PatientIdentity(
                cardKind: .socialSecurity, cardNumber: "T00000019", number: "11010119900131123X", name: "测试",
                sex: .female, birthDate: "1990-01-31")
            var visit = Visit(
                id: UUIDv7.make(), mode: .clinicOnsite, openedAt: stamp, patient: patient, simulated: ["reader"])
            visit.state = .aborted
            visit.closedAt = stamp
            let bundle = try ConsultationBundle.make(
                ConsultationContent(
                    kiosk: .init(id: "K001", name: "测试诊亭", site: "S01"), visit: visit, sequence: UInt64(number + 1),
                    at: stamp))
            change.send(OutboxItem(id: bundle.id, kind: "consultation", visit: visit.id, body: bundle.bytes))
            ids.append(bundle.id)
        }
        try await store.commit(change)
        try store.close()
        return ids
    }

    /// Turns one bit of the row's sealed message, in the file itself.
    private func damage(_ id: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        let sealed = try queue.read { db in
            try Data.fetchOne(db, sql: "SELECT body FROM outbox WHERE id = ?", arguments: [id])
        }
        try queue.close()
        var file = try Data(contentsOf: URL(fileURLWithPath: path))
        let beginning = try #require(sealed).prefix(64)
        let place = try #require(file.range(of: beginning))
        file[place.lowerBound + 40] ^= 1
        try file.write(to: URL(fileURLWithPath: path))
    }

    @Test(.timeLimit(.minutes(2)))
    func `a damaged row stops neither the start nor the queue; it alone is kept aside`() async throws {
        let ids = try await fill(200)
        let bad = ids[77]
        try damage(bad)
        let store = try Store.openOrSalvage(path: path, sealer: Sealer(key: key), clock: SystemClock())
        #expect(store.salvage == nil)
        let platform = PlatformStandIn(directory: folder.file("bundles"))
        try await platform.start()
        let client = try FHIRPlatformClient(.init(base: await platform.base, allowsPlainHTTP: true))
        let sender = OutboxSender(store: store, client: client, clock: SystemClock())
        let task = Task { await sender.run() }
        try await expectEventually(within: .seconds(60)) { try await store.queueSummary().pending == 0 }
        task.cancel()
        await task.value
        let items = try await store.queueItems(limit: 1000)
        #expect(items.filter { $0.state == "quarantined" }.map(\.id) == [bad])
        #expect(items.first { $0.id == bad }?.fault?.code == .storeDamaged)
        #expect(items.count { $0.state == "acknowledged" } == ids.count - 1)
        #expect(await platform.counts["Encounter"] == ids.count - 1)
        await client.shutdown()
        await platform.stop()
        try store.close()
    }
}
