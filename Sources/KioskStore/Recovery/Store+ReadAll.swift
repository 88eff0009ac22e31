import GRDB
import KioskCrypto
import KioskModel

/// A row of the store or its archive, opened.
enum RecoveredRow: Sendable {
    case record(kind: String, id: String, body: [UInt8])
    case message(sequence: Int64, id: String, state: String, body: [UInt8])
}

/// What reading everything found.
struct RecoveredCount: Sendable {
    var records = 0
    var messages = 0
    /// Messages that no platform has acknowledged.
    var unsent = 0
    var erased = 0
    /// Kind and id of what does not open.
    var damaged: [String] = []
}

extension Store {
    /// Gives every row that opens, of the store first and then of the archive, one at a time.
    ///
    /// A row whose erasure was ordered is erased, even where a power cut came before its key was destroyed.
    func readAll(_ take: @escaping @Sendable (RecoveredRow) throws -> Void) async throws(Fault) -> RecoveredCount {
        let archive = try? openArchive()
        return try await read { [keys] db in
            var count = RecoveredCount()
            let condemned = try String.fetchSet(db, sql: "SELECT id FROM data_key WHERE condemned = 1")
            func open(_ row: Row, _ context: String, _ name: String) throws -> [UInt8]? {
                let id: String? = try row.decode(forColumn: "key")
                switch try id.map({ condemned.contains($0) }) == true ? .erased : keys.key(id, db) {
                case .erased: count.erased += 1
                case .open(let key):
                    if let plain = try? key.open(try row.bytes("body"), context: context) { return plain }
                    count.damaged.append(name)
                case .lost: count.damaged.append(name)
                }
                return nil
            }
            // After a cut a visit may be in both.
            func isHere(_ table: String, _ id: String, _ kind: String?) throws -> Bool {
                let condition = kind == nil ? "" : " AND kind = ?"
                return try Bool.fetchOne(
                    db, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE id = ?\(condition))",
                    arguments: StatementArguments([id, kind].compactMap { $0 })) ?? false
            }
            func rows(of source: Database, isArchive: Bool) throws {
                let records = try Row.fetchCursor(source, sql: "SELECT kind, id, revision, body, key FROM record")
                while let row = try records.next() {
                    let kind: String = try row.decode(forColumn: "kind")
                    let id: String = try row.decode(forColumn: "id")
                    if isArchive, try isHere("record", id, kind) { continue }
                    let context = RecordRow.context(kind, id, try row.decode(forColumn: "revision"))
                    guard let body = try open(row, context, "\(kind)/\(id)") else { continue }
                    try take(.record(kind: kind, id: id, body: body))
                    count.records += 1
                }
                let messages = try Row.fetchCursor(source, sql: "SELECT sequence, id, state, body, key FROM outbox")
                while let row = try messages.next() {
                    let id: String = try row.decode(forColumn: "id")
                    if isArchive, try isHere("outbox", id, nil) { continue }
                    let state: String = try row.decode(forColumn: "state")
                    guard let plain = try open(row, OutboxRow.context(id), "outbox/\(id)") else { continue }
                    guard let body = OutboxRow.body(ofPlain: plain) else {
                        count.damaged.append("outbox/\(id)")
                        continue
                    }
                    try take(
                        .message(sequence: try row.decode(forColumn: "sequence"), id: id, state: state, body: body))
                    count.messages += 1
                    if state != OutboxState.acknowledged.rawValue { count.unsent += 1 }
                }
            }
            try rows(of: db, isArchive: false)
            try archive?.read { try rows(of: $0, isArchive: true) }
            return count
        }
    }
}
