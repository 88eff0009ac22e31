import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// A store of version 1: every row was sealed with the kiosk's key itself, and so was a word that tells a wrong key.
enum FirstVersionKey {
    private static let word = Array("kiosk-store-1".utf8)
    private static let key = "key-check"
    private static let context = "meta/key-check"

    static func isPresent(_ db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM meta WHERE key = ?)", arguments: [key]) ?? false
    }

    /// Throws `storeKeyWrong`.
    static func check(_ db: Database, _ sealer: Sealer) throws {
        let sealed = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
        guard let sealed, let opened = try? sealer.open(Array(sealed), context: context), opened == word else {
            throw Fault(.storeKeyWrong, "this key did not seal the store")
        }
    }

    static func remove(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [key])
    }
}
