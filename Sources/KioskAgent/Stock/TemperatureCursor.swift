import KioskModel

/// How far the controller's log was taken over, and when a temperature was known last.
struct TemperatureCursor: Codable, Sendable {
    /// A time without readings across a start of the kiosk, which only the wall clock could measure.
    struct UnprovenGap: Codable, Sendable, Hashable {
        /// Milliseconds, by a clock that nobody had confirmed.
        let length: Int64
        /// The reading that ended it.
        let end: ReadingTime
    }

    static let id = "temperature-cursor"
    /// How far the wall clock may go back across a start of the kiosk, in milliseconds, and still measure.
    private static let clockTolerance: Int64 = 5 * 60_000

    /// Number of the next reading of this start of the controller.
    var next: UInt32 = 0
    /// The controller's seconds since its start, when it was asked last.
    var uptime: Int64 = 0
    /// The newest reading that was a number, by the wall clock.
    var lastKnown: Int64?
    /// The first reading of all and the newest one, whether they were numbers or not, by the wall clock.
    var first: Int64?
    var newest: Int64?
    /// The newest reading that was a number, or the first of all where none was; nil in a store of before.
    var known: ReadingTime?
    /// Milliseconds from there to the newest reading; nil in a store of before.
    var silence: Int64?
    var unproven: UnprovenGap?

    /// For how long the thermometer has been silent by the log, in words, where that is too long; else nil.
    var longSilence: String? {
        let wall = (lastKnown ?? first).flatMap { known in newest.map { $0 - known } }
        guard let gap = silence ?? wall, gap > TemperatureJudgement.longestGap else { return nil }
        return TemperatureJudgement.words(gap)
    }

    /// Whether the page is of another start of the controller: its numbers begin anew. The kiosk's clock has no say.
    func isOutrun(by page: CabinetTemperature) -> Bool {
        page.next < next || Int64(page.uptime) < uptime
    }

    /// Moves past a page; gives its readings, and what they and this moment tell about the boxes.
    ///
    /// Time is measured on the kiosk's monotonic clock. Across its boots there is only the wall clock: what that measured
    /// before anybody confirmed it is measured again when somebody has, and a clock that went back measures nothing.
    mutating func take(
        _ page: CabinetTemperature, at now: Stamp
    ) -> (readings: [TemperatureReading], judgements: [TemperatureJudgement]) {
        uptime = Int64(page.uptime)
        let readings = page.readings.enumerated().map { index, degrees in
            let behind = Int64(page.next) - 1 - Int64(page.first) - Int64(index)
            return (at: -(Int64(page.newestAge) + behind * Int64(page.interval)) * 1000, degrees: degrees)
        }
        guard let begin = readings.first?.at, let end = readings.last?.at else { return ([], []) }
        next = page.first &+ UInt32(readings.count)
        newest = now.wall + end
        var judgements = measuredAgain(at: now).map { [$0] } ?? []
        let since = lastTime(from: now, before: begin)
        judgements.append(TemperatureJudgement(now: now, lastKnown: since, readings: readings))
        first = first ?? now.wall + begin
        if let number = readings.last(where: { $0.degrees != nil }) {
            lastKnown = now.wall + number.at
            known = ReadingTime(number.at, from: now)
            silence = end - number.at
        } else {
            if since != TemperatureJudgement.longAgo { known = ReadingTime(since, from: now) }
            silence = TemperatureJudgement.gap(from: since, to: end)
        }
        return (readings.map { TemperatureReading(at: now.wall + $0.at, degrees: $0.degrees) }, judgements)
    }

    /// When a temperature was known last, in milliseconds from now; `longAgo` where the wall clock went back meanwhile.
    private mutating func lastTime(from now: Stamp, before begin: Int64) -> Int64 {
        if let time = known?.offset(from: now) { return time }
        guard let wall = lastKnown ?? first else { return begin }
        let time = wall - now.wall
        let gap = begin - time
        guard gap >= -Self.clockTolerance else { return TemperatureJudgement.longAgo }
        if now.quality != .synchronized, gap <= TemperatureJudgement.longestGap {
            unproven = UnprovenGap(length: max(gap, unproven?.length ?? 0), end: ReadingTime(begin, from: now))
        }
        return time
    }

    /// The unproven gap with what its clock was behind, once a trusted source has set that right.
    private mutating func measuredAgain(at now: Stamp) -> TemperatureJudgement? {
        guard now.quality == .synchronized, let gap = unproven else { return nil }
        unproven = nil
        // In another boot the set clock has met the readings of before by itself.
        guard let step = gap.end.step(until: now), let end = gap.end.offset(from: now) else { return nil }
        return TemperatureJudgement(now: now, lastKnown: end - gap.length - step, readings: [(end, nil)])
    }
}
