import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskTestSupport

@testable import KioskStore

/// What is done to a store in its later life (archived, erased, its key changed), under a recorder, then cut at many places.
///
/// Four patients with one visit each: the first is archived before the care begins and is erased, the second is archived,
/// the third is erased where it lies, the fourth stays as it is. Then the kiosk's key changes.
struct CareRun {
    enum Outcome: Hashable {
        case whole
        /// It does not open with the keys that there are, or its chain is broken.
        case damaged(String)
        /// A row is neither as it was nor erased, or erased though nobody ordered it, or there though it was erased.
        case lost(String)
        /// A key that was destroyed is still in a file.
        case keyLeft(String)
    }

    /// What was done when the trace passed a mark.
    private enum Mark: Int { case begun = 1, archived, firstErased, thirdErased, rekeyed }

    private static let retention = Retention(liveDays: 3650, leastDays: 0, mostDays: 36_500)
    private static let device = SigningKey()

    private let fixture: StoreFixture
    private let trace: StoreTrace
    private let visits: [Visit]
    private let items: [OutboxItem]
    /// The patients' keys as the old kiosk key wraps them.
    private let wraps: [Data]
    private let steps: [StoreTrace.Step]

    /// `careless`: puts an erased key back into the archive, as if it had been forgotten there.
    init(careless: Bool = false) async throws {
        let fixture = StoreFixture()
        self.fixture = fixture
        trace = try StoreTrace(folder: fixture.folder.path)
        var store = try Self.open(fixture, fixture.path, old: true, next: false)
        var visits: [Visit] = []
        var items: [OutboxItem] = []
        for number in 0..<4 {
            let visit = fixture.visit(state: .closed, patient: "patient \(number)")
            let item = fixture.item(visit, "{\"n\":\(number),\"x\":\"\(String(repeating: "药", count: 900))\"}")
            var change = try fixture.change(visit)
            change.send(item)
            try await store.commit(change)
            try await store.markAcknowledged(item.id)
            visits.append(visit)
            items.append(item)
        }
        wraps = try await store.read { [visits] db in
            try visits.map { visit in
                let sql = "SELECT wrap FROM data_key WHERE id = (SELECT key FROM visit_key WHERE visit = ?)"
                return try Data.fetchOne(db, sql: sql, arguments: [visit.id]) ?? Data()
            }
        }
        self.visits = visits
        self.items = items
        fixture.clock.advance(by: .seconds(1))
        let cutoff = fixture.clock.stamp().wall
        guard try await store.moveToArchive(visits[0].id, before: cutoff) else { throw Fault(.internalError, "setup") }
        trace.mark(Mark.begun.rawValue)
        guard try await store.moveToArchive(visits[1].id, before: cutoff) else { throw Fault(.internalError, "setup") }
        trace.mark(Mark.archived.rawValue)
        let forgotten = try store.openArchive()?.read { try Row.fetchAll($0, sql: "SELECT * FROM data_key") } ?? []
        fixture.clock.advance(by: .seconds(1))
        _ = try await store.erasePatient(ofVisit: visits[0].id, by: "x", Self.retention)
        trace.mark(Mark.firstErased.rawValue)
        if careless {
            try store.openArchive()?.write { old in
                for row in forgotten { _ = Salvage.insert(row, into: "data_key", old) }
            }
        }
        _ = try await store.erasePatient(ofVisit: visits[2].id, by: "x", Self.retention)
        trace.mark(Mark.thirdErased.rawValue)
        try store.close()
        store = try Self.open(fixture, fixture.path, old: true, next: true)
        // In steps as small as they can be.
        _ = try await store.rekey(stepsOf: 1)
        trace.mark(Mark.rekeyed.rawValue)
        try store.close()
        steps = trace.steps()
    }

    func cuts(_ count: Int, seed: UInt64) async -> [Outcome: Int] {
        await CrashDisk.cuts(
            steps, existing: fixture.path, count: count, seed: seed, after: Mark.begun.rawValue
        ) { image, mark in await look(image, mark) }
    }

    private static func open(_ fixture: StoreFixture, _ path: String, old: Bool, next: Bool) throws -> Store {
        let new = try Sealer(key: [UInt8](repeating: 99, count: 32))
        let signer = CheckpointSigner(kiosk: "k-1", key: device, everyLinks: 7)
        let keys =
            old
            ? StoreKeys(kiosk: try Sealer(key: fixture.key), next: next ? new : nil, signer: signer)
            : StoreKeys(kiosk: new, signer: signer)
        return try Store.open(path: path, keys: keys, clock: fixture.clock)
    }

    private func look(_ image: [String: [UInt8]], _ mark: Int) async -> Outcome {
        let folder = TemporaryFolder("care")
        do {
            // Only to be spared the waits of real syncs.
            let fast = try StoreTrace(folder: folder.path)
            defer { withExtendedLifetime(fast) {} }
            try CrashDisk.put(image, into: folder)
            let path = folder.file((fixture.path as NSString).lastPathComponent)
            // Before the change of keys the old one alone opens it, after it the new one alone.
            if mark < Mark.thirdErased.rawValue { try Self.open(fixture, path, old: true, next: false).close() }
            if mark >= Mark.rekeyed.rawValue { try Self.open(fixture, path, old: false, next: false).close() }
            let store = try Self.open(fixture, path, old: true, next: true)
            if let found = try await firstLoss(store, mark, isFinished: false) {
                try store.close()
                return found
            }
            // What the cut left half done is carried through, by the next round and by the same command.
            _ = try await store.maintain(Self.retention)
            _ = try await store.rekey()
            try store.close()
            let last = try Self.open(fixture, path, old: false, next: false)
            let found = try await firstLoss(last, mark, isFinished: true)
            try last.close()
            if let found { return found }
            return try keyLeft(in: folder, mark) ?? .whole
        } catch {
            return .damaged("\(error)")
        }
    }

    /// Nil where every row is as it was, or erased where that was ordered.
    private func firstLoss(_ store: Store, _ mark: Int, isFinished: Bool) async throws -> Outcome? {
        let report = try await store.verifyAudit()
        if let found = report.firstBreak ?? report.archiveBreak { return .damaged(found.reason) }
        for (number, visit) in visits.enumerated() {
            let erasedAt = [0: Mark.firstErased, 2: Mark.thirdErased][number]?.rawValue
            do throws(Fault) {
                let value = try await store.fetch(Visit.self, kind: .visit, id: visit.id)
                guard value == visit else { return .lost("visit \(number)") }
                if let erasedAt, mark >= erasedAt { return .lost("visit \(number) was erased and is there") }
                guard number >= 2 else { continue }
                guard case .ready(let entry)? = try await store.outboxMessage(items[number].id),
                    entry.item.body == items[number].body
                else { return .lost("message \(number)") }
            } catch {
                guard error.code == .storeErased else { throw error }
                // The cut may have come into the erasure that goes on at this mark.
                guard let erasedAt, mark >= erasedAt - 1 else { return .lost("visit \(number) is erased") }
            }
        }
        return nil
    }

    private func keyLeft(in folder: TemporaryFolder, _ mark: Int) throws -> Outcome? {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
            for (number, wrap) in wraps.enumerated() where bytes.range(of: wrap) != nil {
                return .keyLeft("\(name): the old wrap of patient \(number), after mark \(mark)")
            }
        }
        return nil
    }
}
