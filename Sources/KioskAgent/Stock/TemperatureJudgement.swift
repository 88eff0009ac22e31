import KioskModel

/// What a piece of the temperature log does to a slot: a range left, or a time of which nobody knows.
///
/// Times are milliseconds from `now`, negative for what was.
struct TemperatureJudgement: Sendable {
    /// Longest time between two readings that proves anything: readings come at least every 30 minutes.
    static let longestGap: Int64 = 35 * 60_000
    /// The thermometer's own error in degrees.
    static let tolerance = 0.5
    /// As a time: some day, nobody knows when. A box that was always there, a reading before a clock that went back.
    static let longAgo = Int64.min

    let now: Stamp
    /// When a temperature was known last; for a cabinet that never told one, since when it is asked.
    let lastKnown: Int64
    let readings: [(at: Int64, degrees: Double?)]

    /// Why boxes of this medicine in the slot may have suffered, or nil. Boxes loaded afterwards have not.
    ///
    /// A silent thermometer's readings count: nobody waits for its return to find out that it was silent for too long.
    func trouble(in slot: CabinetSlot, least: Double, most: Double) -> String? {
        guard let loaded = slot.boxes.map({ loading(of: $0) }).min() else { return nil }
        var known = lastKnown
        for reading in readings {
            let gap = Self.gap(from: max(known, loaded), to: reading.at)
            if gap > Self.longestGap { return Self.words(gap) }
            guard let degrees = reading.degrees else { continue }
            known = reading.at
            guard loaded <= reading.at else { continue }
            if degrees < least - Self.tolerance || degrees > most + Self.tolerance {
                return "\(degrees) °C, allowed \(least) to \(most) °C"
            }
        }
        return nil
    }

    /// A box was there unless that is certain: wall times say nothing, since the clock may have been set in between.
    private func loading(of box: StoredBox) -> Int64 {
        guard box.loadedAt.boot == now.boot else { return Self.longAgo }
        return box.loadedAt.monotonicMilliseconds - now.monotonicMilliseconds
    }

    /// Milliseconds; the largest number where nobody knows.
    static func gap(from known: Int64, to time: Int64) -> Int64 { known == longAgo ? .max : time - known }

    static func words(_ gap: Int64) -> String {
        gap == .max ? "nobody knows for how long there was no reading" : "no reading for \(gap / 60_000) minutes"
    }
}
