import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// Where the archive was found damaged, sets its files aside as they are and goes on with what they still hold; what is
    /// lost is named in the chain. Nil where the archive is whole, or there is none.
    ///
    /// First the new file is finished, then the chain says what is lost, then the files change places: cut anywhere, the
    /// next call goes on.
    public func salvageArchive() async throws(Fault) -> SalvageReport? {
        guard writer != nil else { return nil }
        let files = StoreFiles(path: Archive.path(beside: path))
        var reason = files.mustBeSalvaged
        if reason == nil {
            do throws(Fault) {
                _ = try openArchive()
                return nil
            } catch {
                guard error.code == .storeArchiveDamaged else { throw error }
                reason = error.detail
            }
        }
        let work = SalvageFiles(store: files)
        var report = SalvageReport(reason: reason ?? "", keptIn: work.keptIn())
        // Nobody reads the old file from here on.
        archive.withLock { held in
            try? held?.close()
            held = nil
        }
        if !files.isExchangePending {
            let counts = try await read { db in try ArchiveSalvage(files: work).run(db) }
            report.records = counts.records
            report.messages = counts.messages
        }
        report.lost = try await nameLost(ArchiveSalvage(files: work), report)
        do {
            try work.exchange()
        } catch {
            throw Fault(store: error)
        }
        return report
    }

    private func nameLost(_ salvage: ArchiveSalvage, _ report: SalvageReport) async throws(Fault) -> [String] {
        let stamp = clock.stamp()
        return try await write { [keys] db in
            let lost = try salvage.lost(db)
            var chain = try AuditChain(db, at: stamp)
            let folder = report.keptIn.split(separator: "/").last.map(String.init) ?? report.keptIn
            try chain.append(db, kind: AuditLinkKind.salvage, ref: folder)
            for name in lost { try chain.append(db, kind: AuditLinkKind.salvageLost, ref: name) }
            try chain.seal(db, keys)
            return lost
        }
    }
}
