/// The cabinet's temperature since the boot, in hundredths of a degree Celsius: the last 4096 readings.
///
/// At one reading every five minutes that is two weeks. What is older, and what was before the boot, the host has kept.
public struct TemperatureLog {
    /// Milliseconds between two readings.
    public static var interval: UInt32 { 300_000 }
    public static var capacity: Int { 4096 }
    /// In the place of a reading that the thermometer did not give.
    public static var missing: Int16 { .min }

    private var readings = InlineArray<4096, Int16>(repeating: 0)
    /// How many readings there were since the boot.
    private(set) var count: UInt32 = 0
    private var lastLook: UInt32 = 0
    private var sinceReading: UInt32 = 0
    private var uptime: UInt32 = 0
    private var rest: UInt32 = 0
    private var least = TemperatureLog.missing
    private var most = TemperatureLog.missing

    /// Counts from `now`.
    init(now: UInt32) {
        lastLook = now
        sinceReading = Self.interval
    }

    /// Takes a reading where it is time; call it as often as possible.
    mutating func poll(now: UInt32, _ thermometer: inout some Thermometer) {
        let passed = now &- lastLook
        lastLook = now
        rest &+= passed
        uptime &+= rest / 1000
        rest %= 1000
        sinceReading = sinceReading.addingReportingOverflow(passed).overflow ? Self.interval : sinceReading &+ passed
        guard sinceReading >= Self.interval else { return }
        sinceReading = 0
        keep(thermometer.read() ?? Self.missing)
    }

    private mutating func keep(_ reading: Int16) {
        readings[Int(count % UInt32(Self.capacity))] = reading
        count &+= 1
        guard reading != Self.missing else { return }
        least = least == Self.missing ? reading : min(least, reading)
        most = most == Self.missing ? reading : max(most, reading)
    }

    /// The readings from number `first` on, as many as a frame takes; the oldest that is left where that one is gone.
    ///
    /// Changes nothing; `mutating` keeps the compiler from copying the 8 kB of the log onto the controller's stack, twice.
    mutating func report(from first: UInt32) -> TemperatureReport {
        let oldest = count > UInt32(Self.capacity) ? count - UInt32(Self.capacity) : 0
        let begin = min(max(first, oldest), count)
        var report = TemperatureReport(
            first: begin, next: count, interval: UInt16(Self.interval / 1000), uptime: uptime,
            newestAge: sinceReading / 1000, least: least, most: most)
        var index = begin
        while index < count, report.append(readings[Int(index % UInt32(Self.capacity))]) { index += 1 }
        return report
    }
}
