import KioskModel
import KioskStore

extension Agent {
    /// The store's counters, whose numbers must never be given twice.
    public static var counters: [String] { AgentCounter.allCases.map(\.rawValue) }

    /// Says what a damaged store lost; after a run that was cut off, checks the whole store in the background.
    func beginStoreCheck() {
        if let salvage = store.salvage {
            let lost = salvage.lost.count + salvage.older.count
            note(
                Fault(
                    .storeDamaged,
                    """
                    moved aside to \(salvage.keptIn); saved \(salvage.records) records and \(salvage.messages) \
                    messages, lost or older \(lost), \(salvage.gaps.count) gaps in the audit chain (\(salvage.reason))
                    """))
            for name in salvage.lost + salvage.older { logger.error("the damaged store's \(name) is lost or older") }
        }
        guard store.isCheckDue else { return }
        storeCheck = Task {
            do throws(Fault) {
                let report = try await store.fullCheck()
                if let found = report.archiveBreak { note(Fault(.storeArchiveDamaged, found.reason)) }
                guard let found = report.firstBreak else { return nil }
                return Fault(.storeDamaged, "\(found.reason); the next start salvages the store")
            } catch {
                return error
            }
        }
    }

    /// A new patient's record must not go into a store that is not whole: waits for the check under way.
    public func requireWholeStore() async throws(Fault) {
        guard let fault = await storeCheck?.value ?? store.damage else { return }
        note(fault)
        throw fault
    }

    /// A trouble that the store met in the background.
    public func storeTrouble(_ fault: Fault) { note(fault) }

    /// Whoever looks hears of damage that was met while the store was in use, whatever met it.
    func noteDamage() {
        if let damage = store.damage { note(damage) }
    }

    private func note(_ fault: Fault) {
        if storeFault != fault { report(fault) }
        storeFault = fault
    }
}
