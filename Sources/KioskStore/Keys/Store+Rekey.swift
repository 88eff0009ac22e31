import Foundation
import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// Wraps every data key with the kiosk's new key (`next` of the keys that the store was opened with); rows are not
    /// touched. Returns the ids of the keys before and how many data keys were wrapped anew.
    ///
    /// Durable in steps: after a power cut both keys are needed, and a second call goes on where the first one ended.
    public func rekey(stepsOf limit: Int = 200) async throws(Fault) -> (from: [String], to: String, wrapped: Int) {
        let (from, to) = try await beginRekey()
        var wrapped = 0
        while true {
            let done = try await wrapKeys(limit: limit)
            if done == 0 { break }
            wrapped += done
        }
        try await wrapArchivedKeys()
        try await finishRekey()
        // What the log and freed pages still hold is wrapped by the old key.
        try await emptyLog()
        return (from, to, wrapped)
    }

    /// From here on both keys are needed.
    func beginRekey() async throws(Fault) -> (from: [String], to: String) {
        let to: String
        if let next = keys.keys.next { to = next.id } else { to = try keys.wrapping.id }
        let from = try await beginRekey(to)
        keys.useNext()
        return (from, to)
    }

    /// From here on the new key is enough.
    func finishRekey() async throws(Fault) {
        try await write { db in
            guard var rekey = try Rekey.last(db), !rekey.isFinished else { return }
            rekey.isFinished = true
            try rekey.save(db)
        }
    }

    private func beginRekey(_ to: String) async throws(Fault) -> [String] {
        let stamp = clock.stamp()
        return try await write { [keys] db in
            let last = try Rekey.last(db)
            if let last, !last.isFinished, last.to == to { return last.from }
            let used = try String.fetchSet(
                db, sql: "SELECT DISTINCT kiosk_key FROM data_key WHERE kiosk_key <> ?", arguments: [to])
            guard !used.isEmpty else { return last?.to == to ? last?.from ?? [] : [] }
            let from = Set(last?.from ?? []).union([last?.to].compactMap { $0 }).union(used).subtracting([to]).sorted()
            try Rekey(from: from, to: to, wall: stamp.wall, isFinished: false).save(db)
            var chain = try AuditChain(db, at: stamp)
            try chain.append(db, kind: AuditLinkKind.rekey, ref: to)
            try chain.seal(db, keys)
            return from
        }
    }

    /// Wraps data keys anew that the present kiosk key or the present recovery key does not open.
    func wrapKeys(limit: Int) async throws(Fault) -> Int {
        let kiosk = try keys.wrapping.id
        let recovery = keys.keys.recovery?.id
        return try await write { [keys] db in
            let due = try DataKey.fetchAll(
                db,
                sql: """
                    SELECT * FROM data_key
                    WHERE condemned = 0
                        AND (kiosk_key <> :kiosk OR (:recovery IS NOT NULL AND recovery_key IS NOT :recovery))
                    ORDER BY number LIMIT :limit
                    """, arguments: ["kiosk": kiosk, "recovery": recovery, "limit": limit])
            for old in due {
                let new = try keys.wrap(try keys.keys.unwrap(old), id: old.id, scope: old.scope)
                try db.execute(
                    sql: """
                        UPDATE data_key SET kiosk_key = ?, wrap = ?, recovery_key = COALESCE(?, recovery_key),
                            recovery_wrap = COALESCE(?, recovery_wrap) WHERE id = ?
                        """,
                    arguments: [new.kioskKey, new.wrap.data, new.recoveryKey, new.recoveryWrap?.data, new.id])
                if old.scope == .store, let stored = try DataKey.ofStore(db) { try stored.keepCopy(db) }
            }
            return due.count
        }
    }

    /// The archive's copies of the keys, as the store has them now.
    private func wrapArchivedKeys() async throws(Fault) {
        guard let archive = try openArchive() else { return }
        try await write { db in
            let ids = try archive.read { old in try String.fetchAll(old, sql: "SELECT id FROM data_key") }
            try archive.destroy { old in
                for id in ids {
                    guard
                        let key = try DataKey.fetchOne(db, sql: "SELECT * FROM data_key WHERE id = ?", arguments: [id])
                    else { continue }
                    try old.execute(
                        sql: """
                            UPDATE data_key SET kiosk_key = ?, wrap = ?, recovery_key = ?, recovery_wrap = ?
                            WHERE id = ?
                            """,
                        arguments: [key.kioskKey, key.wrap.data, key.recoveryKey, key.recoveryWrap?.data, id])
                }
            }
        }
    }
}
