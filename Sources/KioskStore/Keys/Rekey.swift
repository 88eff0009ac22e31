import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// A change of the kiosk's key: which key took over from which, and whether it has ended.
struct Rekey: Codable, Sendable {
    private static let key = "rekey"

    let from: [String]
    let to: String
    let wall: Int64
    var isFinished: Bool

    static func last(_ db: Database) throws -> Rekey? {
        let data = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
        return try data.map { try StoredJSON.decode(Rekey.self, Array($0), row: "the change of keys") }
    }

    func save(_ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            arguments: [Self.key, try StoredJSON.encode(self, kind: "change of keys").data])
    }

    /// Says of a key that does not open the store that it is an old one. Returns where it is no such key.
    static func explain(_ db: Database, _ keys: StoreKeys) throws {
        guard let rekey = try last(db) else { return }
        let given = keys.kioskKeys.map(\.id)
        let (newest, old) = (rekey.to, rekey.from)
        guard let found = given.first(where: { old.contains($0) }), !given.contains(newest) else { return }
        let code: FaultCode = rekey.isFinished ? .storeKeyOld : .storeRekeyUnfinished
        throw Fault(code, "key \(found) was replaced by key \(newest)")
    }

    /// While a change goes on some data keys need the old key, some the new one.
    static func requireBoth(_ db: Database, _ keys: StoreKeys) throws {
        guard let rekey = try last(db), !rekey.isFinished else { return }
        let given = Set(keys.kioskKeys.map(\.id))
        guard !given.isEmpty else { return }
        let needed = try String.fetchSet(db, sql: "SELECT DISTINCT kiosk_key FROM data_key")
        guard !needed.isSubset(of: given) else { return }
        let list = { (ids: Set<String>) in ids.sorted().joined(separator: ", ") }
        throw Fault(.storeRekeyUnfinished, "needed: \(list(needed)); given: \(list(given))")
    }
}
