import KioskModel
import KioskPlatform
import KioskStore

/// Goes once through what waits, the most urgent first, without holding it in memory.
///
/// A message rises by one priority for each `ageing` that it has waited, so that nothing waits for ever behind what
/// is more urgent. Within one priority the oldest is first.
struct OutboxCursor {
    private struct Lane {
        let priority: OutboxPriority
        var heads: [OutboxHead] = []
        /// The last place that was read.
        var after: Int64 = 0
        var isAtEnd = false
        /// The store is damaged where its messages are.
        var isLost = false
    }

    /// Heads that one lane reads at once.
    private static let page = 64

    private let store: Store
    private let clock: any KioskClock
    private let ageing: Duration
    private var lanes = OutboxPriority.allCases.map { Lane(priority: $0) }
    private var telemetryIsRead = false
    /// The lane whose message `peek` gave: by the next look at the clock it may be another.
    private var chosen: Int?
    /// Why some priorities can't be read; the others are.
    private(set) var damage: Fault?

    init(store: Store, clock: any KioskClock, ageing: Duration) {
        self.store = store
        self.clock = clock
        self.ageing = ageing
    }

    /// Whether messages of visits may be where the store can't be read.
    var hidesRecords: Bool { lanes.contains { $0.isLost && $0.priority != .telemetry } }

    /// From now on sees what was queued since a lane came to its end.
    mutating func lookAgain() {
        for index in lanes.indices { lanes[index].isAtEnd = lanes[index].isLost }
    }

    /// The next message; nil at the end.
    mutating func peek() async throws(Fault) -> OutboxHead? {
        if chosen == nil { chosen = try await nextLane() }
        return chosen.flatMap { lanes[$0].heads.last }
    }

    /// Goes past the message that `peek` gave.
    mutating func drop() {
        if let chosen { lanes[chosen].heads.removeLast() }
        chosen = nil
    }

    private mutating func nextLane() async throws(Fault) -> Int? {
        for index in lanes.indices where lanes[index].heads.isEmpty && !lanes[index].isAtEnd {
            do throws(Fault) {
                try await fill(index)
            } catch {
                guard error.code == .storeDamaged else { throw error }
                damage = error
                lanes[index].isLost = true
                lanes[index].isAtEnd = true
            }
        }
        let now = clock.stamp()
        return lanes.indices.filter { !lanes[$0].heads.isEmpty }.min { left, right in
            guard let first = lanes[left].heads.last, let second = lanes[right].heads.last else { return false }
            let ranks = (rank(first, now), rank(second, now))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            if (first.priority == .telemetry) != (second.priority == .telemetry) {
                return second.priority == .telemetry
            }
            return first.sequence < second.sequence
        }
    }

    /// The newest at the front, so that the oldest is cheap to take away.
    private mutating func fill(_ index: Int) async throws(Fault) {
        let priority = lanes[index].priority
        guard priority != .telemetry else {
            if !telemetryIsRead {
                lanes[index].heads = try await store.telemetry().map(OutboxHead.init)
            }
            telemetryIsRead = true
            lanes[index].isAtEnd = true
            return
        }
        let heads = try await store.outboxHeads(priority, after: lanes[index].after, limit: Self.page)
        lanes[index].after = heads.last?.sequence ?? lanes[index].after
        lanes[index].isAtEnd = heads.count < Self.page
        lanes[index].heads = heads.reversed()
    }

    /// 0 is the most urgent. By the monotonic clock within one boot, by the wall clock across boots.
    private func rank(_ head: OutboxHead, _ now: Stamp) -> Int {
        let seconds =
            head.queuedAt.boot == now.boot
            ? Double(now.monotonic) / 1e9 - Double(head.queuedAt.monotonic) / 1e9
            : Double(now.wall - head.queuedAt.wall) / 1000
        let steps = max(0, seconds) / max(1e-3, ageing / .seconds(1))
        return max(0, head.priority.rawValue - Int(min(steps, 8)))
    }
}
