import DispenserKit
import KioskModel

extension CabinetTemperature {
    /// Hundredths of a degree become degrees.
    init(_ report: TemperatureReport) {
        self.init(
            first: report.first, next: report.next, interval: Int(report.interval), uptime: Int(report.uptime),
            newestAge: Int(report.newestAge),
            readings: (0..<report.count).map { index in report.reading(at: index).map { Double($0) / 100 } })
    }
}
