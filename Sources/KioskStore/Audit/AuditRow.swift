import GRDB
import KioskCrypto
import KioskModel

extension AuditLink {
    init(_ row: Row) throws {
        self.init(
            sequence: try row.decode(forColumn: "seq"), kind: try row.decode(forColumn: "kind"),
            ref: try row.decode(forColumn: "ref"), revision: try row.decode(forColumn: "revision"),
            content: try row.bytes("content"), boot: try row.decode(forColumn: "boot"),
            monotonic: try row.decode(forColumn: "monotonic"), wall: try row.decode(forColumn: "wall"),
            quality: try row.decode(forColumn: "quality"))
    }
}

extension AuditVerifier {
    /// Takes the next row of the audit table; returns what is wrong with it.
    mutating func take(_ row: Row) throws -> AuditBreak? { take(try AuditLink(row), hash: try row.bytes("hash")) }
}

extension AuditChain {
    /// For SQL: the kinds that stand for no row.
    static let kindsWithoutRow = AuditLinkKind.withoutRow.map { "'\($0)'" }.joined(separator: ", ")

    /// Whether a later link says of a row (kind and id) that it is gone: lost, or deleted by rule.
    static func isStatedGone(_ db: Database, _ name: String, after sequence: Int64) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM audit WHERE kind IN (?, ?) AND ref = ? AND seq > ?)",
            arguments: [AuditLinkKind.salvageLost, AuditLinkKind.expired, name, sequence]) ?? false
    }

    /// Whether a visit's rows were moved to the archive.
    static func isArchived(_ db: Database, _ visit: VisitID) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM audit WHERE kind = ? AND ref = ?)"),
            arguments: [AuditLinkKind.archive, visit]) ?? false
    }

    /// The gaps that links of the chain state; only the holder of the store's key can add such a link.
    static func gaps(_ db: Database) throws -> Set<AuditRange> {
        let texts = try String.fetchAll(
            db, sql: "SELECT ref FROM audit WHERE kind = ?", arguments: [AuditLinkKind.salvageGap])
        return Set(texts.compactMap { AuditRange($0) })
    }
}
