import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// What the chain keeps of an erasure: who asked for it, when, and what it concerned.
struct ErasureRecord: Codable, Sendable {
    let by: String
    let visits: [VisitID]
    let keys: [String]
    let at: Stamp
}

extension Store {
    /// Makes everything of a visit's patient unreadable: every data key of theirs is destroyed, with both wraps. The
    /// rows stay as they are, so the chain still verifies; answers kept for repeated requests are deleted.
    ///
    /// `person`: who asked for it, kept in the chain. Throws `storeCopiesHoldKeys` while a damaged store that was set aside
    /// still has the keys; `storeErasureRefused`, with the reason, before the platform has confirmed every visit of the
    /// patient and the kiosk's retention has ended by trusted time; `storeErased` where it was done already; `apiNotFound`. Once ordered
    /// it is carried through, also after a power cut (`maintain`).
    public func erasePatient(
        ofVisit visit: VisitID, by person: String, _ retention: Retention
    ) async throws(Fault) -> ErasureView {
        if let copies = damagedCopies.first {
            throw Fault(.storeCopiesHoldKeys, copies)
        }
        let archive = try openArchive()
        let stamp = clock.stamp()
        guard stamp.quality != .untrusted else { throw Fault(.storeErasureRefused, "the clock is not trusted") }
        guard let cutoff = cutoff(kept: retention.least, at: stamp) else {
            throw Fault(.storeErasureRefused, "no trusted source has told this kiosk the time")
        }
        let order = try await write { [keys] db in
            let found = try Self.keysToErase(db, ofVisit: visit)
            let marks = found.map { _ in "?" }.joined(separator: ", ")
            let visits = try String.fetchAll(
                db, sql: "SELECT visit FROM visit_key WHERE key IN (\(marks)) ORDER BY visit",
                arguments: StatementArguments(found))
            for visit in visits { try Self.requireErasable(db, archive, visit, before: cutoff) }
            let order = ErasureRecord(by: person, visits: visits, keys: found, at: stamp)
            try db.execute(
                sql: "UPDATE data_key SET condemned = 1 WHERE id IN (\(marks))", arguments: StatementArguments(found))
            var chain = try AuditChain(db, at: stamp)
            let write = StoreChange.RecordWrite(
                kind: .erasure, id: UUIDv7.make(unixMilliseconds: UInt64(max(0, stamp.wall))), visit: nil,
                state: "ordered", body: try StoredJSON.encode(order, kind: "erasure"), expecting: nil)
            try Self.store(write, db, &chain, try keys.key(ofVisit: nil, patient: nil, db))
            try chain.seal(db, keys)
            return order
        }
        _ = try await finishErasures()
        return ErasureView(visits: order.visits, keys: order.keys.count)
    }

    /// Destroys every condemned key: first in the archive, then here; ends what a cut left half done.
    func finishErasures() async throws(Fault) -> Int {
        let condemned = try await read { db in
            try String.fetchAll(db, sql: "SELECT id FROM data_key WHERE condemned = 1 ORDER BY number")
        }
        guard !condemned.isEmpty else { return 0 }
        let archive = try openArchive()
        let stamp = clock.stamp()
        try await writeWithoutTransaction { [keys] db in
            try archive?.destroy { old in
                for id in condemned { try old.execute(sql: "DELETE FROM data_key WHERE id = ?", arguments: [id]) }
            }
            try db.execute(sql: "PRAGMA secure_delete = ON")
            defer { try? db.execute(sql: "PRAGMA secure_delete = FAST") }
            try db.inTransaction {
                var chain = try AuditChain(db, at: stamp)
                for id in condemned {
                    try db.execute(sql: "DELETE FROM reply WHERE key = ?", arguments: [id])
                    try db.execute(sql: "DELETE FROM data_key WHERE id = ?", arguments: [id])
                    try chain.append(db, kind: AuditLinkKind.erased, ref: id)
                    keys.forget(id)
                }
                try db.execute(
                    sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, x'01')", arguments: [Self.logOwed])
                try chain.seal(db, keys)
                return .commit
            }
        }
        try await emptyLogIfOwed()
        return condemned.count
    }

    /// In the store while its log may hold keys that were destroyed.
    private static var logOwed: String { "log-owed" }

    /// Empties the log where keys were destroyed and a reader, or a power cut, kept it from being emptied then.
    func emptyLogIfOwed() async throws(Fault) {
        let owed = try await read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM meta WHERE key = ?)", arguments: [Self.logOwed]) ?? false
        }
        guard owed else { return }
        try await emptyLog()
        try await write { db in try db.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [Self.logOwed]) }
    }

    /// Moves the whole log into the database and cuts it to nothing, so that no older page is left in it.
    func emptyLog() async throws(Fault) {
        try await writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    // MARK: What may be erased

    /// The keys of the visit's patient. Throws `apiNotFound`, `storeErased`, `storeErasureRefused`.
    private static func keysToErase(_ db: Database, ofVisit visit: VisitID) throws -> [String] {
        let id = try String.fetchOne(db, sql: "SELECT key FROM visit_key WHERE visit = ?", arguments: [visit])
        guard let id else { throw Fault(.apiNotFound, "visit \(visit)") }
        let row = try Row.fetchOne(db, sql: "SELECT scope, patient FROM data_key WHERE id = ?", arguments: [id])
        guard let row else { throw Fault(.storeErased, "visit/\(visit)") }
        guard ["patient", "visit"].contains(try row.decode(String.self, forColumn: "scope")) else {
            throw Fault(.storeErasureRefused, "visit/\(visit) was sealed before each patient had a key")
        }
        guard let patient = try row.decode(Data?.self, forColumn: "patient") else { return [id] }
        return try String.fetchAll(
            db, sql: "SELECT id FROM data_key WHERE patient = ? ORDER BY number", arguments: [patient])
    }

    private static func requireErasable(
        _ db: Database, _ archive: Archive?, _ visit: VisitID, before cutoff: Int64
    ) throws {
        let state = try String.fetchOne(
            db, sql: "SELECT state FROM record WHERE kind = 'visit' AND id = ?", arguments: [visit])
        if let state {
            guard ["closed", "aborted"].contains(state) else {
                throw Fault(.storeErasureRefused, "visit \(visit) has not ended")
            }
        }
        let waiting = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE visit = ? AND state <> 'acknowledged')",
            arguments: [visit])
        guard waiting == false else {
            throw Fault(.storeErasureRefused, "the platform has not confirmed visit \(visit)")
        }
        let here = try ArchivedVisit.lastChange(db, visit, before: cutoff)
        let there = try archive?.read { old in
            try Int64.fetchOne(old, sql: "SELECT wall FROM visit WHERE visit = ?", arguments: [visit])
        }
        guard let last = [here, there ?? nil].compactMap({ $0 }).max() else { return }
        guard last < cutoff else {
            let days = max(1, (last - cutoff + 86_399_999) / 86_400_000)
            throw Fault(.storeErasureRefused, "visit \(visit) must be kept \(days) more days")
        }
    }
}
