/// What checking the whole audit chain found.
public struct AuditReport: Codable, Sendable, Hashable {
    /// The first place where the chain, or a row that it covers, is not as it was written.
    public struct Break: Codable, Sendable, Hashable {
        /// The link's number; nil for a row that no link covers.
        public let sequence: Int64?
        /// The row's kind and id, where known.
        public let row: String?
        public let reason: String
    }

    /// How many links were read.
    public let links: Int64
    /// The last link's hash, hex.
    public let head: String
    public let firstBreak: Break?

    public var isWhole: Bool { firstBreak == nil }
}
