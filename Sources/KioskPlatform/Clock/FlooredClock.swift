import Foundation
import KioskModel
import Synchronization

/// The machine's clocks over a trusted-time floor: the latest time that a source which can't be forged has told, and what
/// has passed since on the monotonic clock.
///
/// A wall clock behind the floor was set back or has lost its battery, and one that stands elsewhere than the platform
/// said is wrong too: their stamps are `untrusted`. The floor is kept in a file, for the next start.
public final class FlooredClock: KioskClock {
    /// Milliseconds by which an honest clock and an honest source may differ.
    public static let tolerance: Int64 = 300_000
    /// Milliseconds that the floor must have risen by before its file is written anew: not with every answer.
    private static let step: Int64 = 600_000

    private struct File: Codable { let floor: Int64 }

    /// A time that was told, and when on the monotonic clock, in nanoseconds.
    private struct Told {
        let wall: Int64
        let monotonic: UInt64

        func now(_ stamp: Stamp) -> Int64 {
            wall &+ Int64(clamping: (stamp.monotonic &- min(monotonic, stamp.monotonic)) / 1_000_000)
        }
    }

    private struct State {
        var floor: Told?
        /// What a source said that told the time itself.
        var live: Told?
        var kept: Int64 = .min
    }

    private let clock: any KioskClock
    private let path: String
    private let state: Mutex<State>

    /// `path`: the floor's file; one that is missing or damaged says nothing.
    public init(_ clock: any KioskClock, path: String) {
        self.clock = clock
        self.path = path
        var state = State()
        if let bytes = try? BoundedFile.read(path, limit: 4096),
            let file = try? JSONDecoder().decode(File.self, from: Data(bytes)), Self.isSensible(file.floor)
        {
            state.kept = file.floor
            state.floor = Told(wall: file.floor, monotonic: clock.stamp().monotonic)
        }
        self.state = Mutex(state)
    }

    public func stamp() -> Stamp {
        let stamp = clock.stamp()
        return Stamp(boot: stamp.boot, monotonic: stamp.monotonic, wall: stamp.wall, quality: quality(stamp))
    }

    public var floor: Int64 {
        let stamp = clock.stamp()
        return state.withLock { $0.floor?.now(stamp) ?? .min }
    }

    public func sleep(for duration: Duration) async throws { try await clock.sleep(for: duration) }

    public func learn(_ wall: Int64, isNow: Bool) async {
        guard Self.isSensible(wall) else { return }
        let stamp = clock.stamp()
        let due = state.withLock { state -> Int64? in
            let told = Told(wall: wall, monotonic: stamp.monotonic)
            if isNow { state.live = told }
            if wall > state.floor?.now(stamp) ?? .min { state.floor = told }
            guard let floor = state.floor?.now(stamp), state.kept == .min || floor - state.kept >= Self.step else {
                return nil
            }
            return floor
        }
        if let due { await keep(due) }
    }

    /// What could not be written now is written when the next source tells; until then memory has it.
    private func keep(_ floor: Int64) async {
        let path = path
        guard let bytes = try? JSONEncoder().encode(File(floor: floor)),
            (try? await onOwnThread("floor", { try AtomicFile.write(Array(bytes), to: path, mode: 0o640) })) != nil
        else { return }
        state.withLock { $0.kept = max($0.kept, floor) }
    }

    private func quality(_ stamp: Stamp) -> ClockQuality {
        state.withLock { state in
            if let live = state.live {
                return abs(stamp.wall &- live.now(stamp)) <= Self.tolerance ? .synchronized : .untrusted
            }
            if let floor = state.floor, stamp.wall < floor.now(stamp) &- Self.tolerance { return .untrusted }
            return stamp.quality
        }
    }

    /// Between 2020 and 2200: nothing that a sum could overflow with.
    private static func isSensible(_ wall: Int64) -> Bool { (1_577_836_800_000..<7_258_118_400_000).contains(wall) }
}
