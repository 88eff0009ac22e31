import GRDB
import KioskCrypto
import KioskModel

/// A message of the outbox as it changes its state: what its link in the audit chain covers, and how it stands to the
/// others of its visit.
///
/// Of one visit and kind each message tells the whole visit, over the same resources: the platform that has a later one
/// has all that an earlier one says, and an earlier one that came after it would take it back (docs/decisions/0070).
struct OutboxStanding: FetchableRecord, Sendable {
    let id: String
    let sequence: Int64
    /// Why it was refused, or sending it failed; JSON.
    let fault: String?
    private let kind: String
    private let visit: VisitID?
    private let revision: Int64
    private let body: [UInt8]

    private static let columns = "id, sequence, kind, visit, revision, body, fault"

    init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        sequence = try row.decode(forColumn: "sequence")
        kind = try row.decode(forColumn: "kind")
        visit = try row.decode(forColumn: "visit")
        revision = try row.decode(forColumn: "revision")
        body = try row.bytes("body")
        fault = try row.decode(forColumn: "fault")
    }

    /// The message, where it is in this state.
    static func find(_ id: String, _ state: OutboxState, _ db: Database) throws -> OutboxStanding? {
        try fetchOne(
            db.cachedStatement(sql: "SELECT \(columns) FROM outbox WHERE id = ? AND state = ?"),
            arguments: [id, state.rawValue])
    }

    /// The place of the newest message after this one that the platform has, of the same visit and kind.
    func successor(_ db: Database) throws -> Int64? {
        guard let visit else { return nil }
        // The pluses keep SQLite to the index by visit.
        return try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT MAX(sequence) FROM outbox
                    WHERE visit = ? AND sequence > ? AND +kind = ? AND +state = 'acknowledged'
                    """),
            arguments: [visit, sequence, kind])
    }

    /// Those before this one that the platform does not have, of the same visit and kind.
    func predecessors(_ db: Database) throws -> [OutboxStanding] {
        guard let visit else { return [] }
        return try OutboxStanding.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM outbox
                    WHERE visit = ? AND sequence < ? AND +kind = ? AND +state <> 'acknowledged'
                    """),
            arguments: [visit, sequence, kind])
    }

    /// Moves it, with a link of the chain. `failedAt`: milliseconds since 1970 where sending it has failed once more.
    func move(
        to state: OutboxState, fault: String?, failedAt: Int64? = nil, _ db: Database, _ chain: inout AuditChain
    ) throws {
        let revision = revision &+ 1
        let content = AuditLink.content(visit: visit, state: state.rawValue, sealed: body)
        let link = try chain.append(db, kind: "outbox", ref: id, revision: revision, content: content)
        try db.executeCached(
            """
            UPDATE outbox SET state = ?, revision = ?, last_link = ?, fault = ?, held = 0,
                attempts = attempts + ?, failed_wall = COALESCE(?, failed_wall)
            WHERE id = ?
            """,
            [
                .text(state.rawValue), .integer(revision), .integer(link), .init(fault),
                .integer(failedAt == nil ? 0 : 1), .init(failedAt), .text(id),
            ])
    }
}
