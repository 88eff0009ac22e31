import Foundation
import GRDB
import KioskCrypto
import KioskModel
import Synchronization

/// What became of the key that sealed a row.
enum RowKey: Sendable {
    case open(Sealer)
    /// The patient's key was destroyed, and the chain says so.
    case erased
    /// The key is gone or does not open, and nothing says why.
    case lost
}

extension RowKey {
    /// What a row's seal holds. Throws `storeErased`, or `storeDamaged`: the kiosk's key was checked when the store was
    /// opened, what does not open now is damage.
    func open(_ sealed: [UInt8], context: String, row: String) throws(Fault) -> [UInt8] {
        switch self {
        case .open(let key):
            guard let plain = try? key.open(sealed, context: context) else {
                throw Fault(.storeDamaged, "\(row) does not open")
            }
            return plain
        case .erased: throw Fault(.storeErased, row)
        case .lost: throw Fault(.storeDamaged, "\(row) does not open: its key is lost")
        }
    }
}

/// The store's data keys, opened when they are needed.
final class KeyRing: Sendable {
    private struct Held {
        var store: (id: String, key: Sealer)?
        /// Whether the key that takes over wraps what is new. Not before the change is in the store: until then the
        /// new key's file may go again.
        var usesNext = false
        var others: [String: Sealer] = [:]
    }

    let keys: StoreKeys
    private let held = Mutex(Held())

    /// Keys that are kept open at once.
    private static let most = 256

    init(_ keys: StoreKeys) { self.keys = keys }

    var signer: CheckpointSigner? { keys.signer }

    /// The key of what belongs to no patient. Throws `storeKeyWrong` before `unlock`.
    var store: Sealer {
        get throws(Fault) {
            try storeKey.key
        }
    }

    private var storeKey: (id: String, key: Sealer) {
        get throws(Fault) {
            guard let store = held.withLock({ $0.store }) else {
                throw Fault(.storeKeyWrong, "the store is not unlocked")
            }
            return store
        }
    }

    // MARK: Opening

    /// Opens the store's own key. Throws `storeKeyWrong`, `storeKeyOld`, or `storeDamaged` where it is missing.
    func unlock(_ db: Database) throws {
        guard let key = try DataKey.ofStore(db) else { throw Fault(.storeDamaged, "the store's key is missing") }
        do throws(Fault) {
            let opened = try keys.unwrap(key)
            held.withLock { $0.store = (key.id, opened) }
        } catch {
            try Rekey.explain(db, keys)
            throw error
        }
        try Rekey.requireBoth(db, keys)
        if let next = keys.next, try Rekey.last(db)?.to == next.id { useNext() }
    }

    /// The key that wraps data keys. Throws `storeWriteFailed` for a recovery key.
    var wrapping: Sealer {
        get throws(Fault) {
            let key = held.withLock { $0.usesNext } ? keys.next : keys.current
            guard let key else { throw Fault(.storeWriteFailed, "a recovery key seals nothing") }
            return key
        }
    }

    /// The change of keys has begun.
    func useNext() { held.withLock { $0.usesNext = keys.next != nil } }

    func wrap(_ dataKey: Sealer, id: String, scope: DataKey.Scope) throws(Fault) -> DataKey {
        try keys.wrap(dataKey, id: id, scope: scope, with: try wrapping)
    }

    /// Unlocks the store; a new one gets its own key, one of version 1 gets keys around what it holds.
    func adopt(_ db: Database) throws {
        if try DataKey.ofStore(db) != nil { return try unlock(db) }
        let isEmpty = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM audit)") == false
        if try FirstVersionKey.isPresent(db) { return try adoptFirstVersion(db) }
        guard isEmpty else { throw Fault(.storeDamaged, "the store's key is missing") }
        try begin(db)
    }

    /// Gives a store without keys its own.
    func begin(_ db: Database) throws {
        let (id, key) = (UUIDv7.make(), Sealer())
        try wrap(key, id: id, scope: .store).insert(db, patient: nil)
        held.withLock { $0.store = (id, key) }
    }

    private func adoptFirstVersion(_ db: Database) throws {
        guard let old = keys.kioskKeys.last else {
            throw Fault(.storeRecoveryKeyWrong, "the store is older than recovery keys")
        }
        try FirstVersionKey.check(db, old)
        let last = try Row.fetchOne(db, sql: "SELECT * FROM audit ORDER BY seq DESC LIMIT 1")
        if last != nil { try AuditChain.checkHead(db, old, last: last) }
        try begin(db)
        let id = UUIDv7.make()
        try wrap(old, id: id, scope: .legacy).insert(db, patient: nil)
        for table in ["record", "outbox", "reply"] {
            try db.execute(sql: "UPDATE \(table) SET key = ? WHERE key IS NULL", arguments: [id])
        }
        try FirstVersionKey.remove(db)
        if last != nil { try AuditChain.resealHead(db, from: old, to: try store) }
    }

    // MARK: Rows

    /// The key that sealed a row.
    func key(_ id: String?, _ db: Database) throws -> RowKey {
        guard let id else { return .lost }
        if let known = held.withLock({ $0.others[id] }) { return .open(known) }
        let stored = try db.cachedStatement(sql: "SELECT * FROM data_key WHERE id = ?")
        guard let key = try DataKey.fetchOne(stored, arguments: [id]) else {
            return try isErased(id, db) ? .erased : .lost
        }
        guard let opened = try? keys.unwrap(key) else { return .lost }
        remember(id, opened)
        return .open(opened)
    }

    /// The key of a visit's rows, made with its first row; of what belongs to no visit, the store's own.
    func key(ofVisit visit: VisitID?, patient: PatientIdentity?, _ db: Database) throws -> (id: String, key: Sealer) {
        guard let visit else { return try storeKey }
        let known = try db.cachedStatement(sql: "SELECT key FROM visit_key WHERE visit = ?")
        if let id = try String.fetchOne(known, arguments: [visit]) {
            switch try key(id, db) {
            case .open(let key): return (id, key)
            case .erased: throw Fault(.storeErased, "visit/\(visit)")
            case .lost: throw Fault(.storeDamaged, "the key of visit/\(visit) is lost")
            }
        }
        let made = try makeKey(for: patient.flatMap { try? pseudonym(of: $0) }, db)
        try db.executeCached("INSERT INTO visit_key (visit, key) VALUES (?, ?)", [.text(visit), .text(made.id)])
        return made
    }

    /// The patient's key, or a new one; a visit whose patient is not known gets one for itself.
    private func makeKey(for patient: [UInt8]?, _ db: Database) throws -> (id: String, key: Sealer) {
        if let patient {
            let first = try db.cachedStatement(
                sql: "SELECT id FROM data_key WHERE patient = ? AND condemned = 0 ORDER BY number LIMIT 1")
            if let id = try String.fetchOne(first, arguments: [patient.data]),
                case .open(let key) = try key(id, db)
            {
                return (id, key)
            }
        }
        let id = UUIDv7.make()
        let key = Sealer()
        try wrap(key, id: id, scope: patient == nil ? .visit : .patient).insert(db, patient: patient)
        remember(id, key)
        return (id, key)
    }

    /// Who a key belongs to, so that nobody without the store's key can tell or guess it; nil without a number.
    private func pseudonym(of patient: PatientIdentity) throws(Fault) -> [UInt8]? {
        let number = patient.number.isEmpty ? patient.cardNumber : patient.number
        guard !number.isEmpty else { return nil }
        return try store.pseudonym(of: Array(number.utf8), context: "patient")
    }

    /// Forgets an opened key that was destroyed.
    func forget(_ id: String) { held.withLock { $0.others[id] = nil } }

    private func remember(_ id: String, _ key: Sealer) {
        held.withLock {
            if $0.others.count >= Self.most { $0.others = [:] }
            $0.others[id] = key
        }
    }

    private func isErased(_ id: String, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM audit WHERE kind = ? AND ref = ?)",
            arguments: [AuditLinkKind.erased, id]) ?? false
    }
}
