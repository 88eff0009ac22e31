import Foundation
import KioskModel

/// Wall time as people in China read it: one time zone, whatever the machine is set to.
enum KioskDay {
    static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 8 * 3600) ?? .gmt
        return calendar
    }()

    /// `2026-11-22 10:15`.
    static func minute(_ stamp: Stamp) -> String {
        let (year, month, day, hour, minute) = fields(stamp)
        return String(format: "%04d-%02d-%02d %02d:%02d", year, month, day, hour, minute)
    }

    /// `2026-11-22`.
    static func date(_ stamp: Stamp) -> String { String(minute(stamp).prefix(10)) }

    /// `2026-11-22` of a wall time in milliseconds.
    static func date(wall: Int64) -> String {
        date(Stamp(boot: "", monotonic: 0, wall: wall, quality: .unconfirmed))
    }

    /// `20261122`.
    static func digits(_ stamp: Stamp) -> String {
        let (year, month, day, _, _) = fields(stamp)
        return String(format: "%04d%02d%02d", year, month, day)
    }

    private static func fields(_ stamp: Stamp) -> (Int, Int, Int, Int, Int) {
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: Double(stamp.wall) / 1000))
        return (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0, parts.minute ?? 0)
    }
}
