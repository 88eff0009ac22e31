import KioskModel

/// How far the controller's log was taken over, and what was warm last.
struct TemperatureCursor: Codable, Sendable {
    static let id = "temperature-cursor"

    /// Number of the next reading of this start of the controller.
    var next: UInt32 = 0
    /// The controller's seconds since its start, when it was asked last.
    var uptime: Int64 = 0
    /// The newest reading that was a number.
    var lastKnown: Int64?
    /// The first reading of all and the newest one, whether they were numbers or not.
    var first: Int64?
    var newest: Int64?

    /// For how long the thermometer has been silent by the log, where that is too long; else nil.
    var minutesOfSilence: Int64? {
        guard let known = lastKnown ?? first, let newest, newest - known > TemperatureJudgement.longestGap else {
            return nil
        }
        return (newest - known) / 60_000
    }
}

/// The readings of one day, in the order in which they were taken.
struct TemperatureDay: Codable, Sendable {
    var readings: [TemperatureReading] = []
}

/// What a day of temperatures does to a slot: a range left, or a time of which nobody knows.
struct TemperatureJudgement: Sendable {
    /// Longest time between two readings that proves anything: readings come at least every 30 minutes.
    static let longestGap: Int64 = 35 * 60_000
    /// The thermometer's own error in degrees.
    static let tolerance = 0.5

    /// When a temperature was known last; for a cabinet that never told one, since when it is asked.
    let lastKnown: Int64?
    let readings: [TemperatureReading]

    /// Why boxes of this medicine in the slot may have suffered, or nil. Boxes loaded afterwards have not.
    ///
    /// A silent thermometer's readings count: nobody waits for its return to find out that it was silent for too long.
    func trouble(in slot: CabinetSlot, least: Double, most: Double) -> String? {
        guard let loaded = slot.boxes.map(\.loadedAt.wall).min() else { return nil }
        var known = lastKnown
        for reading in readings {
            if let since = known.map({ max($0, loaded) }), reading.at - since > Self.longestGap {
                return "no reading for \((reading.at - since) / 60_000) minutes"
            }
            guard let degrees = reading.degrees else { continue }
            known = reading.at
            guard loaded <= reading.at else { continue }
            if degrees < least - Self.tolerance || degrees > most + Self.tolerance {
                return "\(degrees) °C, allowed \(least) to \(most) °C"
            }
        }
        return nil
    }
}
