import GRDB

extension AuditChain {
    /// Kinds of link that a salvage adds; they speak of no row.
    static let salvage = "salvage"
    static let salvageGap = "salvage-gap"
    static let salvageLost = "salvage-lost"

    /// Links that a salvage could not find again, by number.
    struct Gap: Hashable {
        let first: Int64
        let last: Int64

        var text: String { "\(first)-\(last)" }

        init(first: Int64, last: Int64) {
            self.first = first
            self.last = last
        }

        init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
            guard parts.count == 2, let first = parts[0], let last = parts[1], first <= last else { return nil }
            self.init(first: first, last: last)
        }
    }

    /// The gaps that links of the chain state; only the holder of the store's key can add such a link.
    static func gaps(_ db: Database) throws -> Set<Gap> {
        let texts = try String.fetchAll(db, sql: "SELECT ref FROM audit WHERE kind = ?", arguments: [salvageGap])
        return Set(texts.compactMap { Gap($0) })
    }
}
