import Foundation
import GRDB
import KioskCrypto
import KioskModel
import Synchronization

/// Looks into the archive for rows that the chain knows and the store no longer holds.
final class ArchivedRows: Sendable {
    private let archive: Archive?
    private let found: Mutex<AuditBreak?>

    /// The first row that is not as the chain has it, or why the archive can't be read.
    var firstBreak: AuditBreak? { found.withLock { $0 } }

    init(_ store: Store) {
        do throws(Fault) {
            archive = try store.openArchive()
            found = Mutex(nil)
        } catch {
            archive = nil
            found = Mutex(AuditBreak(sequence: nil, row: nil, reason: error.detail))
        }
    }

    /// False where the row is not in the archive; what is wrong with one that is there is kept in `firstBreak`.
    ///
    /// Of an archive that can't be read nothing is said to be missing: that it can't be read is said already.
    func answers(for link: AuditLink) -> Bool {
        guard let archive else { return firstBreak != nil }
        do {
            let table = link.kind == "outbox" ? "outbox WHERE 'outbox' = ?" : "record WHERE kind = ?"
            let row = try archive.read { old in
                try Row.fetchOne(
                    old, sql: "SELECT visit, state, revision, body FROM \(table) AND id = ?",
                    arguments: [link.kind, link.ref])
            }
            guard let row else { return false }
            let content = AuditLink.content(
                visit: try row.decode(forColumn: "visit"), state: try row.decode(forColumn: "state"),
                sealed: try row.bytes("body"))
            let revision: Int64 = try row.decode(forColumn: "revision")
            if revision != link.revision || content != link.content { note(link, "was changed in the archive") }
        } catch {
            note(link, "can't be read in the archive: \(error)")
        }
        return true
    }

    private func note(_ link: AuditLink, _ words: String) {
        let name = "\(link.kind)/\(link.ref)"
        found.withLock { $0 = $0 ?? AuditBreak(sequence: link.sequence, row: name, reason: "\(name) \(words)") }
    }
}
