/// What was saved of a damaged store, and what was not.
public struct SalvageReport: Codable, Sendable, Hashable {
    /// Why the file was not used as it was.
    public let reason: String
    /// The folder that the damaged files were moved to, as they were.
    public let keptIn: String
    public internal(set) var records = 0
    public internal(set) var messages = 0
    /// Links of the audit chain that are gone: first and last number of each gap.
    public internal(set) var gaps: [String] = []
    /// Kind and id of what the chain names and no row holds any more.
    public internal(set) var lost: [String] = []
    /// Kind and id of what is there, but not as the chain's last link has it: for instance an older revision.
    public internal(set) var older: [String] = []

    init(reason: String, keptIn: String) {
        self.reason = reason
        self.keptIn = keptIn
    }
}
