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

    let lastKnown: Int64?
    let readings: [TemperatureReading]

    /// Why boxes of this medicine in the slot may have suffered, or nil. Boxes loaded afterwards have not.
    func trouble(in slot: CabinetSlot, least: Double, most: Double) -> String? {
        guard let loaded = slot.boxes.map(\.loadedAt.wall).min() else { return nil }
        var known = lastKnown
        for reading in readings {
            guard let degrees = reading.degrees else { continue }
            if let since = known, reading.at - since > Self.longestGap, loaded < reading.at {
                return "no reading for \((reading.at - max(since, loaded)) / 60_000) minutes"
            }
            known = reading.at
            guard loaded <= reading.at else { continue }
            if degrees < least - Self.tolerance || degrees > most + Self.tolerance {
                return "\(degrees) °C, allowed \(least) to \(most) °C"
            }
        }
        return nil
    }
}
