import KioskModel

/// The readings of one day, in the order in which they were taken.
struct TemperatureDay: Codable, Sendable {
    var readings: [TemperatureReading] = []
}
