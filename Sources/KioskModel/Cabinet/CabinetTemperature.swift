/// A piece of the cabinet's own temperature log, since its controller's last start.
public struct CabinetTemperature: Sendable, Hashable {
    /// Number of the first reading here.
    public let first: UInt32
    /// Number that the next reading will have.
    public let next: UInt32
    /// Seconds between two readings.
    public let interval: Int
    /// Seconds since the controller's start.
    public let uptime: Int
    /// Seconds since the newest reading.
    public let newestAge: Int
    /// Degrees Celsius, the oldest first; nil where the thermometer was silent.
    public let readings: [Double?]

    public init(first: UInt32, next: UInt32, interval: Int, uptime: Int, newestAge: Int, readings: [Double?]) {
        self.first = first
        self.next = next
        self.interval = interval
        self.uptime = uptime
        self.newestAge = newestAge
        self.readings = readings
    }
}

/// One temperature between the boxes, as it is kept.
public struct TemperatureReading: Codable, Sendable, Hashable {
    /// Milliseconds since 1970 by the kiosk's wall clock.
    public let at: Int64
    /// Degrees Celsius; nil where the thermometer was silent.
    public let degrees: Double?

    public init(at: Int64, degrees: Double?) {
        self.at = at
        self.degrees = degrees
    }
}

/// How warm the cabinet is and was.
public struct TemperatureView: Codable, Sendable, Hashable {
    public var schema = 1
    /// The newest one; nil where there is none yet.
    public let now: TemperatureReading?
    /// Lowest and highest of the readings shown.
    public let least: Double?
    public let most: Double?
    /// The last day's, the oldest first.
    public let readings: [TemperatureReading]
    /// Readings that the kiosk keeps.
    public let kept: Int

    public init(readings: [TemperatureReading], kept: Int) {
        self.readings = readings
        self.kept = kept
        now = readings.last
        least = readings.compactMap(\.degrees).min()
        most = readings.compactMap(\.degrees).max()
    }
}
