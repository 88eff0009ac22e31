/// What `GET /v1/health` answers: the agent is alive, not only its process.
public struct HealthView: Codable, Sendable, Hashable {
    public var schema = 1
    /// The state of `StatusView`: `ready`, `busy`, `degraded` or `needs-person`.
    public let state: String

    public init(state: String) { self.state = state }
}

/// The devices of the kiosk, as the API, `kioskctl` and `kioskd inspect` show them.
public struct DeviceList: Codable, Sendable, Hashable {
    public var schema = 1
    public let devices: [DeviceStatus]

    public init(_ devices: [DeviceStatus]) { self.devices = devices }
}

/// The newest visits first.
public struct VisitList: Codable, Sendable, Hashable {
    public var schema = 1
    public let visits: [VisitView]

    public init(_ visits: [VisitView]) { self.visits = visits }
}

/// The outbox, newest item first.
public struct QueueList: Codable, Sendable, Hashable {
    public var schema = 1
    public let items: [QueueItemView]

    public init(_ items: [QueueItemView]) { self.items = items }
}
