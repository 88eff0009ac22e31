import KioskCrypto

/// What checking the whole audit chain found.
public struct AuditReport: Codable, Sendable, Hashable {
    /// How many links were read.
    public let links: Int64
    /// The last link's hash, hex.
    public let head: String
    public let firstBreak: AuditBreak?
    /// The first row of the archive that is not as the chain has it, or why the archive can't be read.
    public let archiveBreak: AuditBreak?

    public var isWhole: Bool { firstBreak == nil && archiveBreak == nil }
}
