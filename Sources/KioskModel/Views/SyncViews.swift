/// How the way to the platform stands.
public struct SyncStatusView: Codable, Sendable, Hashable {
    public var schema = 1
    /// The platform's address; nil where there is none.
    public var platform: String?
    /// Who gave the address: `configuration`, `envelope N`, or a person's name.
    public var addressedBy: String?
    /// `idle`, `sending`, `waiting`, or `down` where kioskd does not run.
    public var state: String
    /// `closed`, `open` or `half-open`; nil where kioskd does not run.
    public var breaker: String?
    /// Failures in a row.
    public var failures = 0
    /// Seconds until the next try, where one is waited for.
    public var retrySeconds: Double?
    /// Messages that the next request may hold.
    public var batch = 1
    public var queue: QueueSummary
    /// Messages that a person holds back.
    public var held = 0
    public var lastAcknowledged: Stamp?
    public var lastFault: FaultView?
    /// The number of the newest order from the platform that was followed.
    public var envelope: UInt64?
    public var envelopeFault: FaultView?

    public init(state: String, queue: QueueSummary) {
        self.state = state
        self.queue = queue
    }
}

/// One layer of the way to the platform, as it was found.
public struct SyncLayerView: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable, Hashable {
        case ok, failed
        /// Not looked at: a layer below it has failed, or it can't be told here.
        case unknown
    }

    /// `link`, `route`, `name`, `connection`, `clock`, `tls`, `authentication`, `request`, `server`, `records`.
    public let layer: String
    public let state: State
    /// What was seen.
    public let detail: String
    public let fault: FaultView?

    public init(_ layer: String, _ state: State, _ detail: String, fault: Fault? = nil) {
        self.layer = layer
        self.state = state
        self.detail = detail
        self.fault = fault.map(FaultView.init)
    }
}

/// Why records don't reach the platform: the layers from the cable up, and the first that has failed.
public struct SyncDiagnosisView: Codable, Sendable, Hashable {
    public var schema = 1
    public let platform: String?
    public let layers: [SyncLayerView]
    /// Of the first layer that has failed; nil where all is well.
    public var fault: FaultView? { layers.first { $0.state == .failed }?.fault }

    public init(platform: String?, layers: [SyncLayerView]) {
        self.platform = platform
        self.layers = layers
    }
}

/// One message of the queue with what it is about; its content is not shown.
public struct QueueMessageView: Codable, Sendable, Hashable {
    public var schema = 1
    public let item: QueueItemView
    /// The resources in it, `Type/id`; empty where it can't be read.
    public let resources: [String]
    /// SHA-256 of its bytes, hexadecimal.
    public let digest: String?

    public init(item: QueueItemView, resources: [String], digest: String?) {
        self.item = item
        self.resources = resources
        self.digest = digest
    }
}

/// What a check of every waiting and quarantined message found.
public struct QueueCheckView: Codable, Sendable, Hashable {
    public var schema = 1
    public let messages: Int
    public let bytes: Int
    /// Ids of messages that can't be read or are no transaction.
    public let damaged: [String]

    public init(messages: Int, bytes: Int, damaged: [String]) {
        self.messages = messages
        self.bytes = bytes
        self.damaged = damaged
    }
}

/// The space on the disk that holds the records.
public struct DiskView: Codable, Sendable, Hashable {
    /// `ok`, `low` (no state reports) or `full` (no new visits).
    public let state: String
    public let freeBytes: Int64
    public let totalBytes: Int64
    /// Whether space is set aside for safety events and visits under way.
    public let hasReserve: Bool

    public init(state: String, freeBytes: Int64, totalBytes: Int64, hasReserve: Bool) {
        self.state = state
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.hasReserve = hasReserve
    }
}
