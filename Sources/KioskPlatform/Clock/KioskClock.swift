import Foundation
import KioskModel

/// Time as the kiosk sees it; injected, so that tests choose it.
public protocol KioskClock: Sendable {
    func stamp() -> Stamp
    /// What the time is at least, in milliseconds since 1970, whatever the wall clock was set to; `Int64.min` where no
    /// trusted source has told.
    var floor: Int64 { get }
    /// Takes the time, in milliseconds since 1970, from a source that can't be forged; `isNow`: from one that told the
    /// time itself, not from a document that was signed earlier.
    func learn(_ wall: Int64, isNow: Bool) async
    /// Sleeps on the monotonic clock; returns early only when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

extension KioskClock {
    public var floor: Int64 { .min }

    public func learn(_ wall: Int64, isNow: Bool) async {}

    /// The time by which what has ended stays ended, in milliseconds since 1970: the wall clock's, or the floor where it
    /// stands below.
    public var latest: Int64 { max(stamp().wall, floor) }

    /// For people: what an untrusted clock says, and what the time is at least.
    public var untrustedWords: String {
        let now = stamp()
        let floor = Stamp(boot: now.boot, monotonic: now.monotonic, wall: max(floor, 0), quality: now.quality)
        return "the clock says \(now.iso8601); it is at least \(floor.iso8601)"
    }
}

/// The machine's own clocks: CLOCK_BOOTTIME, CLOCK_REALTIME and the kernel's boot id.
public struct SystemClock: KioskClock {
    private let boot: String

    public init() {
        let raw = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        boot = raw?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
    }

    public func stamp() -> Stamp {
        Stamp(
            boot: boot, monotonic: Self.nanoseconds(CLOCK_BOOTTIME),
            wall: Int64(Self.nanoseconds(CLOCK_REALTIME) / 1_000_000), quality: .unconfirmed)
    }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }

    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Stamp {
    /// ISO 8601 with milliseconds in UTC, as FHIR's `instant`: `2026-11-22T10:15:30.125Z`.
    public var iso8601: String {
        let formatter = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return Date(timeIntervalSince1970: Double(wall) / 1000).formatted(formatter)
    }
}
