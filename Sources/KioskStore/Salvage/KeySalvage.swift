import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// Finds the data keys that a damaged store still holds; without its key no row is worth saving.
struct KeySalvage {
    struct Found {
        /// The id of the key of rows that name none: those of version 1.
        var legacy: String?
        /// The kiosk's key, where it sealed rows itself.
        var firstVersion: Sealer?
        /// Whether the kiosk's key is known to be the right one.
        var areKeysKnown = false
    }

    let keys: KeyRing
    /// Holds the keys of what is archived, and the store's own, once more.
    let archive: Archive?

    private static let ceiling: Int64 = 100_000

    /// Copies every key that opens, then makes the store's own anew where it is lost. Throws `storeKeyWrong`.
    func copy(_ old: Database, _ db: Database) throws -> Found {
        var found = Found()
        var wrong: Fault?
        func take(_ key: DataKey, patient: [UInt8]?) {
            do throws(Fault) {
                _ = try keys.keys.unwrap(key)
                found.areKeysKnown = true
                // The second copy of a key that is there already is refused by its id.
                try? key.insert(db, patient: patient)
            } catch {
                wrong = error
            }
        }
        for table in ["data_key", "data_key_copy"] {
            _ = try DamagedTable(name: table, ceiling: Self.ceiling).read(old) { row in
                guard let key = try? DataKey(row: row) else { return }
                take(key, patient: Data.fromDatabaseValue(row["patient"]).map { Array($0) })
                if Int64.fromDatabaseValue(row["condemned"]) == 1 {
                    try db.execute(sql: "UPDATE data_key SET condemned = 1 WHERE id = ?", arguments: [key.id])
                }
            }
        }
        let spare = try? archive?.read { try Row.fetchAll($0, sql: "SELECT * FROM data_key") }
        for row in spare ?? [] {
            guard let key = try? DataKey(row: row) else { continue }
            take(key, patient: Data.fromDatabaseValue(row["patient"]).map { Array($0) })
        }
        let hasStoreKey = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM data_key WHERE scope = 'store')")
        if hasStoreKey == false, let copy = (try? DataKey.copy(old)) ?? nil { take(copy, patient: nil) }
        if let wrong, !found.areKeysKnown { throw wrong }
        if let rekey = (try? Rekey.last(old)) ?? nil { try rekey.save(db) }
        _ = try DamagedTable(name: "visit_key", ceiling: Self.ceiling).read(old) {
            _ = Salvage.insert($0, into: "visit_key", db)
        }
        if try DataKey.ofStore(db) != nil { try keys.unlock(db) } else { try keys.begin(db) }
        if !found.areKeysKnown { try takeFirstVersion(old, db, &found) }
        return found
    }

    /// A store of version 1, or one whose keys are all lost: then the kiosk's key opens nothing, and that is seen later.
    private func takeFirstVersion(_ old: Database, _ db: Database, _ found: inout Found) throws {
        guard let kiosk = keys.keys.kioskKeys.last else { return }
        if (try? FirstVersionKey.isPresent(old)) == true {
            try FirstVersionKey.check(old, kiosk)
            found.areKeysKnown = true
        } else if (try? old.tableExists("data_key")) == true {
            // Keys there were, and they are gone with the page that held them.
            found.areKeysKnown = true
            return
        }
        let id = UUIDv7.make()
        try keys.wrap(kiosk, id: id, scope: .legacy).insert(db, patient: nil)
        found.legacy = id
        found.firstVersion = kiosk
    }

    /// Which key a visit has is also seen from its rows.
    static func completeVisitKeys(_ db: Database) throws {
        for table in ["record", "outbox"] {
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO visit_key (visit, key)
                    SELECT visit, key FROM \(table) WHERE visit IS NOT NULL AND key IS NOT NULL
                    """)
        }
    }
}
