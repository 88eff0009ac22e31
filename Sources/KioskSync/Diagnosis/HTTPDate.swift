import Foundation

/// The date of an HTTP header (RFC 9110 section 5.6.7, the one form that is sent today).
enum HTTPDate {
    /// Seconds since 1970; nil for any other form.
    static func parse(_ text: String) -> Double? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)?.timeIntervalSince1970
    }
}
