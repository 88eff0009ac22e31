import KioskModel

/// When a reading was taken, by both of the kiosk's clocks: the wall clock can be set, the monotonic one begins anew at a
/// boot.
struct ReadingTime: Codable, Sendable, Hashable {
    let boot: String
    /// Milliseconds since that boot; negative for a reading from before it.
    let monotonic: Int64
    /// Milliseconds since 1970, as the wall clock stood when the reading was taken over.
    let wall: Int64

    /// `offset` milliseconds from now; negative for what was.
    init(_ offset: Int64, from now: Stamp) {
        boot = now.boot
        monotonic = now.monotonicMilliseconds + offset
        wall = now.wall + offset
    }

    /// Milliseconds from now, wherever the wall clock was set to; nil where the kiosk was started since.
    func offset(from now: Stamp) -> Int64? {
        boot == now.boot ? monotonic - now.monotonicMilliseconds : nil
    }

    /// By how many milliseconds the wall clock was set forward since then; nil where the kiosk was started since.
    func step(until now: Stamp) -> Int64? {
        boot == now.boot ? (now.wall - now.monotonicMilliseconds) - (wall - monotonic) : nil
    }
}

extension Stamp {
    var monotonicMilliseconds: Int64 { Int64(monotonic / 1_000_000) }
}
