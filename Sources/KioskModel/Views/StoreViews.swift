/// What `kioskctl audit export` answers.
public struct AuditExportView: Codable, Sendable, Hashable {
    public var schema = 1
    public let file: String
    public let links: Int64

    public init(file: String, links: Int64) {
        self.file = file
        self.links = links
    }
}

/// What `kioskctl store rekey` answers.
public struct RekeyView: Codable, Sendable, Hashable {
    public var schema = 1
    /// The ids of the keys before and of the one that opens the store now.
    public let from: [String]
    public let to: String
    /// Data keys that were wrapped anew.
    public let dataKeys: Int
    /// Where the old key file is now; nil where the key files are not ours to move (systemd credentials).
    public let oldKeyFile: String?
    /// Folders of damaged stores that were set aside: what they hold still opens with the old key.
    public let copies: [String]

    public init(from: [String], to: String, dataKeys: Int, oldKeyFile: String?, copies: [String] = []) {
        self.from = from
        self.to = to
        self.dataKeys = dataKeys
        self.oldKeyFile = oldKeyFile
        self.copies = copies
    }
}

/// What `kioskctl patient erase` answers.
public struct ErasureView: Codable, Sendable, Hashable {
    public var schema = 1
    /// Ids of the visits whose records nothing opens any more.
    public let visits: [VisitID]
    /// Data keys that were destroyed.
    public let keys: Int

    public init(visits: [VisitID], keys: Int) {
        self.visits = visits
        self.keys = keys
    }
}

/// What `kioskctl store discard` answers.
public struct DiscardView: Codable, Sendable, Hashable {
    public var schema = 1
    /// The folder that is gone.
    public let folder: String

    public init(folder: String) { self.folder = folder }
}

/// What `kioskctl store recover` answers.
public struct RecoveryView: Codable, Sendable, Hashable {
    public var schema = 1
    /// Where everything was written.
    public let folder: String
    /// Records and messages that were read; messages among them that no platform has acknowledged.
    public var records = 0
    public var messages = 0
    public var unsent = 0
    /// Rows whose patient's key was destroyed on request.
    public var erased = 0
    /// Kind and id of what is there and does not open, or that the chain names and is gone.
    public var lost: [String] = []
    /// What is wrong with the audit chain; nil where it is whole.
    public var chainBreak: String?

    public init(folder: String) { self.folder = folder }
}
