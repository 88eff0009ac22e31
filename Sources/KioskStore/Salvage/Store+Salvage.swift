import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskPlatform

extension Store {
    /// Opens the store; where its files are damaged, moves them aside as they are and goes on with what they still
    /// hold.
    ///
    /// `salvage` then says what was saved and what is lost; it is nil where the store was whole. A wrong key, a full disk
    /// or a missing permission are no damage: they are thrown and nothing is changed. `counters` are numbers that
    /// must never be given twice.
    public static func openOrSalvage(
        path: String, sealer: Sealer, clock: any KioskClock, counters: [String] = []
    ) throws(Fault) -> Store {
        try openOrSalvage(path: path, keys: StoreKeys(kiosk: sealer), clock: clock, counters: counters)
    }

    /// As above, with every key that the kiosk has.
    public static func openOrSalvage(
        path: String, keys: StoreKeys, clock: any KioskClock, counters: [String] = []
    ) throws(Fault) -> Store {
        let files = StoreFiles(path: path)
        var reason = files.mustBeSalvaged
        if reason == nil {
            do throws(Fault) {
                return try open(path: path, keys: keys, clock: clock)
            } catch {
                guard error.code == .storeDamaged else { throw error }
                reason = error.detail
            }
        }
        let report: SalvageReport
        do {
            let lock = try StoreLock(path: path + ".lock")
            defer { lock.release() }
            let work = SalvageFiles(store: files)
            if files.isExchangePending {
                report = SalvageReport(reason: "a salvage was cut off", keptIn: work.keptIn())
            } else {
                let salvage = Salvage(files: work, keys: KeyRing(keys), stamp: clock.stamp(), counters: counters)
                report = try salvage.run(reason: reason ?? "")
            }
            try work.exchange()
        } catch {
            throw Fault(store: error)
        }
        return try open(path: path, keys: keys, clock: clock, readOnly: false, salvage: report)
    }

    /// Checks every page, every link and every row; for a store of which a run was cut off (`isCheckDue`).
    ///
    /// What it finds wrong is kept beside the store, so that the next start salvages it.
    public func fullCheck() async throws(Fault) -> AuditReport {
        let report: AuditReport
        do throws(Fault) {
            let words = try await read { db in try String.fetchAll(db, sql: "PRAGMA quick_check(1)") }
            let chain = try await verifyAudit()
            report = words == ["ok"] ? chain : Self.broken(words.first ?? "no answer", chain)
        } catch {
            guard error.code == .storeDamaged else { throw error }
            report = Self.broken(error.detail, nil)
        }
        if let found = report.firstBreak { try StoreFiles(path: path).demandSalvage(found.reason) }
        // A store that is itself in doubt says nothing of its archive.
        if report.firstBreak == nil, let found = report.archiveBreak {
            try StoreFiles(path: Archive.path(beside: path)).demandSalvage(found.reason)
        }
        markChecked()
        return report
    }

    private static func broken(_ reason: String, _ chain: AuditReport?) -> AuditReport {
        AuditReport(
            links: chain?.links ?? 0, head: chain?.head ?? "",
            firstBreak: AuditBreak(sequence: nil, row: nil, reason: reason),
            archiveBreak: chain?.archiveBreak)
    }
}
