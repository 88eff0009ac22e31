import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// A data key as the store keeps it: wrapped by the kiosk's key, and for the platform's recovery key.
struct DataKey: Codable, Sendable, Hashable, FetchableRecord {
    /// What a data key seals.
    enum Scope: String, Codable, Sendable {
        /// What belongs to no patient: sessions, templates, the kiosk's own state, the chain's end.
        case store
        /// Everything of one patient.
        case patient
        /// A visit whose patient was not known when its first row was written.
        case visit
        /// Rows of version 1: the kiosk's key of that time.
        case legacy
    }

    let id: String
    let scope: Scope
    let kioskKey: String
    let wrap: [UInt8]
    let recoveryKey: String?
    let recoveryWrap: [UInt8]?

    /// What a wrap is bound to.
    static func context(_ id: String, _ scope: Scope) -> String { "data-key/\(id)/\(scope.rawValue)" }

    init(
        id: String, scope: Scope, kioskKey: String, wrap: [UInt8], recoveryKey: String?, recoveryWrap: [UInt8]?
    ) {
        self.id = id
        self.scope = scope
        self.kioskKey = kioskKey
        self.wrap = wrap
        self.recoveryKey = recoveryKey
        self.recoveryWrap = recoveryWrap
    }

    init(row: Row) throws {
        guard let scope = Scope(rawValue: try row.decode(forColumn: "scope")) else {
            throw Fault(.storeDamaged, "a data key has no scope")
        }
        self.init(
            id: try row.decode(forColumn: "id"), scope: scope, kioskKey: try row.decode(forColumn: "kiosk_key"),
            wrap: try row.bytes("wrap"), recoveryKey: try row.decode(forColumn: "recovery_key"),
            recoveryWrap: try row.decode(Data?.self, forColumn: "recovery_wrap").map { Array($0) })
    }

    func insert(_ db: Database, patient: [UInt8]?) throws {
        try db.executeCached(
            """
            INSERT INTO data_key (id, scope, patient, kiosk_key, wrap, recovery_key, recovery_wrap)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(id), .text(scope.rawValue), .init(patient), .text(kioskKey), .blob(wrap), .init(recoveryKey),
                .init(recoveryWrap),
            ])
        if scope == .store { try keepCopy(db) }
    }

    // MARK: The store's own key

    private static let copyKey = "store-key"

    /// The store's own key is kept twice, on pages apart: without it no head opens and no patient is found again.
    func keepCopy(_ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            arguments: [Self.copyKey, try StoredJSON.encode(self, kind: "data key").data])
    }

    static func ofStore(_ db: Database) throws -> DataKey? {
        if let key = try fetchOne(db, sql: "SELECT * FROM data_key WHERE scope = 'store' ORDER BY number LIMIT 1") {
            return key
        }
        return try copy(db)
    }

    static func copy(_ db: Database) throws -> DataKey? {
        let data = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [copyKey])
        return try data.map { try StoredJSON.decode(DataKey.self, Array($0), row: "the store's key") }
    }
}
