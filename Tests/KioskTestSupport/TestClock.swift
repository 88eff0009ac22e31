import KioskModel
import KioskPlatform
import Synchronization

/// A clock that moves only when told; its sleepers wake when their time has come.
public final class TestClock: KioskClock {
    private struct State {
        var monotonic: UInt64 = 1_000_000_000
        var wall: Int64
        var quality = ClockQuality.synchronized
        /// What a trusted source has told, and what has passed since.
        var floor: Int64?
    }

    private let state: Mutex<State>

    /// Starts at 2026-11-22T10:00:00Z unless told otherwise. `isTold`: a trusted source has told it that time.
    public init(wall: Int64 = 1_795_341_600_000, isTold: Bool = false) {
        state = Mutex(State(wall: wall, floor: isTold ? wall : nil))
    }

    public var floor: Int64 { state.withLock { $0.floor ?? .min } }

    /// As after a start at which no trusted source has told the time; `floor`: what one told earlier.
    public func forgetTime(floor: Int64? = nil) { state.withLock { $0.floor = floor } }

    public func stamp() -> Stamp {
        state.withLock {
            Stamp(
                boot: "00000000-0000-4000-8000-000000000001", monotonic: $0.monotonic, wall: $0.wall,
                quality: $0.quality)
        }
    }

    public func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        state.withLock {
            $0.monotonic += UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            $0.wall += milliseconds
            $0.floor = $0.floor.map { $0 + milliseconds }
        }
    }

    public func setQuality(_ quality: ClockQuality) { state.withLock { $0.quality = quality } }

    /// Somebody sets the wall clock; the monotonic one goes on.
    public func setWall(_ wall: Int64) { state.withLock { $0.wall = wall } }

    public func sleep(for duration: Duration) async throws {
        let (seconds, attoseconds) = duration.components
        let due = stamp().monotonic + UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
        while stamp().monotonic < due { try await Task.sleep(for: .milliseconds(2)) }
    }
}
