import KioskModel

/// One message for the platform, as it is queued.
public struct OutboxItem: Sendable, Hashable {
    /// A UUIDv7.
    public let id: String
    /// What it is, for people: `consultation`.
    public let kind: String
    /// Of one visit and kind each message tells the whole visit: a later one says all that an earlier one did.
    public let visit: VisitID?
    /// The exact bytes that will be sent; nothing renders them again.
    public let body: [UInt8]
    public let priority: OutboxPriority

    public init(id: String, kind: String, visit: VisitID?, body: [UInt8], priority: OutboxPriority = .clinical) {
        self.id = id
        self.kind = kind
        self.visit = visit
        self.body = body
        self.priority = priority
    }
}

/// A queued message with its bytes, as the sender gets it.
public struct OutboxEntry: Sendable, Hashable {
    public let item: OutboxItem
    /// Place in the queue; never used again.
    public let sequence: Int64
    /// SHA-256 of the body, made when it was queued and checked when it was read.
    public let digest: [UInt8]
    /// How often sending it has failed.
    public let attempts: Int
    public let queuedAt: Stamp
}

/// A row of the queue that is due: its message, or the trouble that keeps it from being read.
public enum PendingItem: Sendable {
    case ready(OutboxEntry)
    case damaged(id: String, sequence: Int64, visit: VisitID?, fault: Fault)

    public var id: String {
        switch self {
        case .ready(let entry): entry.item.id
        case .damaged(let id, _, _, _): id
        }
    }

    public var sequence: Int64 {
        switch self {
        case .ready(let entry): entry.sequence
        case .damaged(_, let sequence, _, _): sequence
        }
    }

    public var visit: VisitID? {
        switch self {
        case .ready(let entry): entry.item.visit
        case .damaged(_, _, let visit, _): visit
        }
    }
}
