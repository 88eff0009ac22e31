import Foundation
import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// The value of one record, or nil where there is none. Throws `storeDamaged` where it does not open.
    public func fetch<Value: Decodable & Sendable>(
        _ type: Value.Type, kind: RecordKind, id: String
    ) async throws(Fault) -> Value? {
        try await record(type, kind: kind, id: id)?.value
    }

    /// One record with its revision and state. Throws `storeErased` where the patient's key was destroyed.
    public func record<Value: Decodable & Sendable>(
        _ type: Value.Type, kind: RecordKind, id: String
    ) async throws(Fault) -> Record<Value>? {
        let found = try await read { [keys] db in
            try RecordRow.fetchOne(
                db, sql: "SELECT * FROM record WHERE kind = ? AND id = ?", arguments: [kind.rawValue, id]
            )
            .map { ($0, try keys.key($0.key, db)) }
        }
        if let (row, key) = found { return try row.open(type, kind, key) }
        guard let row = try archivedRecord(kind, id) else { return nil }
        return try await openArchived(row, type, kind)
    }

    /// Records of one kind, newest first by first writing; narrowed to a visit or to states where given.
    ///
    /// Those of a visit are found in the archive too; without a visit only what is not archived is listed.
    public func list<Value: Decodable & Sendable>(
        _ type: Value.Type, kind: RecordKind, visit: VisitID? = nil, states: Set<String>? = nil,
        limit: Int
    ) async throws(Fault) -> RecordPage<Value> {
        var sql = "SELECT * FROM record WHERE kind = ?"
        var arguments: StatementArguments = [kind.rawValue]
        if let visit {
            sql += " AND visit = ?"
            arguments += [visit]
        }
        if let states {
            sql += " AND state IN (\(states.map { _ in "?" }.joined(separator: ", ")))"
            arguments += StatementArguments(states.sorted())
        }
        sql += " ORDER BY first_link DESC LIMIT ?"
        arguments += [max(0, limit)]
        let rows = try await read { [sql, arguments, keys] db in
            try RecordRow.fetchAll(db, sql: sql, arguments: arguments).map { ($0, try keys.key($0.key, db)) }
        }
        var records: [Record<Value>] = []
        var damaged: [Fault] = []
        var erased: [String] = []
        for (row, key) in rows {
            do throws(Fault) {
                records.append(try row.open(type, kind, key))
            } catch {
                if error.code == .storeErased { erased.append(row.id) } else { damaged.append(error) }
            }
        }
        if rows.isEmpty, let visit { return try await listArchived(type, kind: kind, visit: visit, states, limit) }
        return RecordPage(records: records, damaged: damaged, erased: erased)
    }

    private func listArchived<Value: Decodable & Sendable>(
        _ type: Value.Type, kind: RecordKind, visit: VisitID, _ states: Set<String>?, _ limit: Int
    ) async throws(Fault) -> RecordPage<Value> {
        var records: [Record<Value>] = []
        var damaged: [Fault] = []
        var erased: [String] = []
        for row in try archivedRecords(kind, visit: visit).prefix(max(0, limit)) {
            do throws(Fault) {
                let record = try await openArchived(row, type, kind)
                if states?.contains(record.state) ?? true { records.append(record) }
            } catch {
                if error.code == .storeErased { erased.append(row.id) } else { damaged.append(error) }
            }
        }
        return RecordPage(records: records, damaged: damaged, erased: erased)
    }

    private func openArchived<Value: Decodable & Sendable>(
        _ row: RecordRow, _ type: Value.Type, _ kind: RecordKind
    ) async throws(Fault) -> Record<Value> {
        let key = try await read { [keys] db in try keys.key(row.key, db) }
        return try row.open(type, kind, key)
    }
}

/// A row of the record table, still sealed.
struct RecordRow: FetchableRecord, Sendable {
    let id: String
    /// The data key that sealed it.
    let key: String?
    private let visit: VisitID?
    private let state: String
    private let revision: Int64
    private let body: [UInt8]

    init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        key = try row.decode(forColumn: "key")
        visit = try row.decode(forColumn: "visit")
        state = try row.decode(forColumn: "state")
        revision = try row.decode(forColumn: "revision")
        body = try row.bytes("body")
    }

    func open<Value: Decodable>(
        _ type: Value.Type, _ kind: RecordKind, _ key: RowKey
    ) throws(Fault) -> Record<Value> {
        let name = "\(kind.rawValue)/\(id)"
        let plain = try key.open(body, context: Self.context(kind.rawValue, id, revision), row: name)
        let value = try StoredJSON.decode(type, plain, row: name)
        return Record(
            kind: kind, id: id, visit: visit, state: state, revision: Int(clamping: revision),
            value: value)
    }

    /// What a record's seal is bound to.
    static func context(_ kind: String, _ id: String, _ revision: Int64) -> String {
        "\(kind)/\(id)/\(revision)"
    }
}
