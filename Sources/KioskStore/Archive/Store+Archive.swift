import Foundation
import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// One round of care: signs what is due, ends what a power cut left half done, moves visits to the archive, deletes
    /// what has been kept long enough. Bounded; call it again while it did something.
    ///
    /// A visit goes to the archive, where nothing of it is lost, by any clock that is not known to be wrong; it is deleted by
    /// trusted time alone (`cutoff`).
    ///
    /// A damaged archive is set aside and salvaged. Throws `storeArchiveDamaged` where it can't be used all the same:
    /// nothing is lost by that, visits just stay here.
    public func maintain(_ retention: Retention, visits limit: Int = 50) async throws(Fault) -> MaintenanceReport {
        var report = MaintenanceReport()
        try await signCheckpointIfDue()
        report.salvage = try await salvageArchive()
        report.keysDestroyed = try await finishErasures()
        try await emptyLogIfOwed()
        report.keysWrapped = try await wrapKeys(limit: limit)
        let stamp = clock.stamp()
        // By a clock that is known to be wrong nothing is old.
        guard stamp.quality != .untrusted else { return report }
        let cutoff = stamp.wall - retention.live
        let expiry = self.cutoff(kept: retention.most, at: stamp)
        let due = try await read { db in
            try ArchivedVisit.due(db, before: cutoff, unsettled: expiry, limit: limit)
        }
        for visit in due where try await moveToArchive(visit, before: cutoff, unsettled: expiry) {
            report.archived += 1
        }
        if let expiry { report.expired = try await dropExpired(before: expiry, limit: limit) }
        if let cutoff = self.cutoff(kept: retention.least, at: stamp) {
            report.dropped = try await dropSentMessages(before: cutoff, limit: limit)
        }
        return report
    }

    /// Copied and synced there first, then deleted here in the transaction that adds the link: cut at any point, the
    /// visit is here or there or at both, never nowhere.
    func moveToArchive(
        _ visit: VisitID, before cutoff: Int64, unsettled: Int64? = nil
    ) async throws(Fault) -> Bool {
        let archive = try writableArchive()
        let stamp = clock.stamp()
        return try await write { [keys] db in
            // Something may have come in since it was found.
            let due = try ArchivedVisit.due(db, before: cutoff, unsettled: unsettled, visit: visit, limit: 1)
            guard due == [visit] else { return false }
            try ArchivedVisit.copy(visit, from: db, to: archive, before: cutoff)
            var chain = try AuditChain(db, at: stamp)
            try chain.append(db, kind: AuditLinkKind.archive, ref: visit)
            for table in ["record", "outbox"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE visit = ?", arguments: [visit])
            }
            try chain.seal(db, keys)
            return true
        }
    }

    /// The chain says first that the rows are gone; a cut before they are is made good by the next round.
    private func dropExpired(before cutoff: Int64, limit: Int) async throws(Fault) -> Int {
        guard let archive = try openArchive() else { return 0 }
        let stamp = clock.stamp()
        let dropped = try await write { [keys] db -> [VisitID] in
            let visits = try archive.read { old in
                try Row.fetchAll(
                    old, sql: "SELECT visit, key FROM visit WHERE wall < ? ORDER BY wall LIMIT ?",
                    arguments: [cutoff, limit]
                ).map { (visit: $0["visit"] as String, key: $0["key"] as String) }
            }
            guard !visits.isEmpty else { return [] }
            var chain = try AuditChain(db, at: stamp)
            for (visit, _) in visits {
                let names = try archive.read { old in
                    try String.fetchAll(
                        old,
                        sql: """
                            SELECT kind || '/' || id FROM record WHERE visit = :visit
                            UNION ALL SELECT 'outbox/' || id FROM outbox WHERE visit = :visit
                            """, arguments: ["visit": visit])
                }
                for name in names where try !AuditChain.isStatedGone(db, name, after: 0) {
                    try chain.append(db, kind: AuditLinkKind.expired, ref: name)
                }
                try db.execute(sql: "DELETE FROM visit_key WHERE visit = ?", arguments: [visit])
            }
            // A key that seals nothing any more is of no use to anyone honest.
            for key in Set(visits.map(\.key)) {
                try db.execute(
                    sql: """
                        UPDATE data_key SET condemned = 1 WHERE id = ? AND scope IN ('patient', 'visit')
                            AND NOT EXISTS (SELECT 1 FROM visit_key WHERE key = data_key.id)
                        """, arguments: [key])
            }
            try chain.seal(db, keys)
            return visits.map(\.visit)
        }
        guard !dropped.isEmpty else { return 0 }
        try await read { _ in
            try archive.destroy { old in
                for visit in dropped {
                    for table in ["record", "outbox", "visit"] {
                        try old.execute(sql: "DELETE FROM \(table) WHERE visit = ?", arguments: [visit])
                    }
                }
            }
        }
        return dropped.count
    }

    // MARK: The file

    /// The archive, nil where there is none yet. Throws `storeArchiveDamaged`.
    func openArchive() throws(Fault) -> Archive? {
        let path = path
        let isReadOnly = writer == nil
        return try archive.withLock { held throws(Fault) in
            if held == nil, Archive.exists(beside: path) {
                held = try isReadOnly ? Archive(readOnlyBeside: path) : Archive(beside: path)
            }
            return held
        }
    }

    private func writableArchive() throws(Fault) -> Archive {
        let path = path
        return try archive.withLock { held throws(Fault) in
            if let held { return held }
            let opened = try Archive(beside: path)
            held = opened
            return opened
        }
    }

    /// One record of the archive; nil where it holds none.
    func archivedRecord(_ kind: RecordKind, _ id: String) throws(Fault) -> RecordRow? {
        try fromArchive { old in
            try RecordRow.fetchOne(
                old, sql: "SELECT * FROM record WHERE kind = ? AND id = ?", arguments: [kind.rawValue, id])
        }
    }

    /// A visit's records in the archive.
    func archivedRecords(_ kind: RecordKind, visit: VisitID) throws(Fault) -> [RecordRow] {
        try fromArchive { old in
            try RecordRow.fetchAll(
                old, sql: "SELECT * FROM record WHERE kind = ? AND visit = ? ORDER BY first_link DESC",
                arguments: [kind.rawValue, visit])
        } ?? []
    }

    private func fromArchive<Value>(_ body: (Database) throws -> Value?) throws(Fault) -> Value? {
        guard let archive = try openArchive() else { return nil }
        do {
            return try archive.read(body)
        } catch {
            throw Fault(store: error)
        }
    }
}
