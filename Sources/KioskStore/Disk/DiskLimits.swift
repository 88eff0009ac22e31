/// Free space at which the kiosk begins to do less, in bytes.
public struct DiskLimits: Sendable, Hashable {
    /// Below it no state reports are queued.
    public let telemetry: Int64
    /// Below it no new visit is taken.
    public let visits: Int64
    /// Kept aside for visits under way and safety events.
    public let reserve: Int64

    public init(telemetry: Int64, visits: Int64, reserve: Int64) {
        self.telemetry = telemetry
        self.visits = visits
        self.reserve = reserve
    }
}
