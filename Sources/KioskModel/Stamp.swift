/// How far the wall clock can be believed.
public enum ClockQuality: String, Codable, Sendable, Hashable {
    /// Set from a trusted source since this boot.
    case synchronized
    /// Running, but not confirmed since this boot.
    case unconfirmed
    /// Known to be wrong: it stands behind the trusted-time floor, or not where the platform said it should.
    case untrusted
}

/// When something happened, in all the ways that are known: order by sequence, age by the monotonic clock.
public struct Stamp: Codable, Sendable, Hashable {
    /// The kernel's boot id (a UUID).
    public let boot: String
    /// Nanoseconds of CLOCK_BOOTTIME.
    public let monotonic: UInt64
    /// Milliseconds since 1970-01-01T00:00:00Z by the wall clock.
    public let wall: Int64
    public let quality: ClockQuality

    public init(boot: String, monotonic: UInt64, wall: Int64, quality: ClockQuality) {
        self.boot = boot
        self.monotonic = monotonic
        self.wall = wall
        self.quality = quality
    }
}
