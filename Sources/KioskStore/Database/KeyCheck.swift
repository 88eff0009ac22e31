import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// A sealed word in the store: a key that does not open it is not this store's key.
enum KeyCheck {
    private static let word = Array("kiosk-store-1".utf8)
    private static let key = "key-check"
    private static let context = "meta/key-check"

    /// Seals the word with the first key that a new store is opened with.
    static func adopt(_ db: Database, _ sealer: Sealer) throws {
        if try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM meta WHERE key = ?)", arguments: [key]) == true
        {
            return try check(db, sealer)
        }
        guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM audit)") == false else {
            throw Fault(.storeDamaged, "the store's key check is missing")
        }
        let sealed = try sealer.seal(word, context: context)
        try db.execute(
            sql: "INSERT INTO meta (key, value) VALUES (?, ?)", arguments: [key, sealed.data])
    }

    static func check(_ db: Database, _ sealer: Sealer) throws {
        let sealed = try Data.fetchOne(
            db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
        guard let sealed else { throw Fault(.storeDamaged, "the store's key check is missing") }
        guard let opened = try? sealer.open(Array(sealed), context: context), opened == word else {
            throw Fault(.storeKeyWrong, "this key did not seal the store")
        }
    }
}
