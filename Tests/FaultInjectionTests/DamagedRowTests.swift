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

    /// Changes the file of a store that was closed in order; `place`: where the row's sealed message begins in it.
    private func alter(_ id: String, _ change: (_ file: inout Data, _ place: Int) -> Void) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        let sealed = try queue.read { db in
            try Data.fetchOne(db, sql: "SELECT body FROM outbox WHERE id = ?", arguments: [id])
        }
        try queue.close()
        var file = try Data(contentsOf: URL(fileURLWithPath: path))
        let beginning = try #require(sealed).prefix(64)
        let place = try #require(file.range(of: beginning))
        change(&file, place.lowerBound)
        try file.write(to: URL(fileURLWithPath: path))
    }

    /// Turns one bit of the row's sealed message.
    private func damage(_ id: String) throws { try alter(id) { file, place in file[place + 40] ^= 1 } }

    /// Loses the page on which the row lies.
    private func losePage(of id: String) throws {
        try alter(id) { file, place in
            let start = place / 4096 * 4096
            file.replaceSubrange(start..<start + 4096, with: Data(repeating: 0xA5, count: 4096))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a lost page stops its own messages until the next start, is said, and alerts pass meanwhile`() async throws {
        let ids = try await fill(200)
        try losePage(of: ids[77])
        let platform = PlatformStandIn(directory: folder.file("bundles"))
        try await platform.start()
        let base = await platform.base
        let client = try FHIRPlatformClient(.init(base: base, allowsPlainHTTP: true))
        func sending(_ store: Store, _ body: (OutboxSender) async throws -> Void) async throws {
            let sender = OutboxSender(store: store, client: client, clock: SystemClock())
            let task = Task { await sender.run() }
            try await body(sender)
            task.cancel()
            await task.value
        }

        let store = try Store.openOrSalvage(path: path, sealer: Sealer(key: key), clock: SystemClock())
        #expect(store.salvage == nil)
        let alert = try AlertBundle.make(
            Fault(.printerCutter), visit: nil, suppressed: 0,
            EventOrigin(
                kiosk: .init(id: "K001", name: "测试诊亭", site: "S01"), id: UUIDv7.make(), sequence: 999,
                at: SystemClock().stamp(), isSimulated: true))
        var change = StoreChange()
        change.send(OutboxItem(id: alert.id, kind: "alert", visit: nil, body: alert.bytes, priority: .safety))
        try await store.commit(change)
        try await sending(store) { sender in
            await expectEventually { await sender.status.lastFault?.code == .storeDamaged }
            await expectEventually { await platform.counts["AuditEvent"] == 1 }
        }
        let summary = try await store.queueSummary()
        #expect(summary.lastFault?.code == .storeDamaged)
        let why = await SyncDiagnosis(
            url: base, tls: PlatformTLS(), clock: SystemClock(), queue: summary, lastFault: store.damage
        ).view()
        #expect(why.fault?.code == FaultCode.storeDamaged.rawValue)
        let failed = why.layers.filter { $0.state == .failed }.map(\.layer)
        #expect(failed == ["records"])
        try store.close()

        let saved = try Store.openOrSalvage(path: path, sealer: Sealer(key: key), clock: SystemClock())
        let lost = try #require(saved.salvage?.lost)
        #expect(lost.contains("outbox/\(ids[77])"))
        try await sending(saved) { _ in
            try await expectEventually(within: .seconds(60)) { try await saved.queueSummary().pending == 0 }
        }
        #expect(await platform.counts["Encounter"] == ids.count - lost.count)
        try saved.close()
        await client.shutdown()
        await platform.stop()
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
