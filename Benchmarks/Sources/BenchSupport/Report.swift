import Foundation

/// One line on standard output, at once: a pipe would be buffered.
public func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// One line on standard error: what is not measured, and why.
public func note(_ line: String) { FileHandle.standardError.write(Data(("bench: " + line + "\n").utf8)) }

/// Prints measurements, each beside something that was measured in the same run, or beside its limit.
public struct Report: Sendable {
    private struct Line: Encodable {
        let bench: String
        let name: String
        let value: Double
        let unit: String
        let against: String
        let ratio: Double
    }

    private let bench: String
    private let json: Bool

    public init(_ bench: String, json: Bool) {
        self.bench = bench
        self.json = json
    }

    /// `ratio` is the value by the other's, which has the same unit.
    public func line(_ name: String, _ value: Double, _ unit: String, against: String, _ other: Double) throws {
        let line = Line(
            bench: bench, name: name, value: Self.rounded(value), unit: unit, against: against,
            ratio: Self.rounded(value / other))
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            say(String(decoding: try encoder.encode(line), as: UTF8.self))
        } else {
            say("\(name): \(line.value) \(unit), \(line.ratio) × \(against)")
        }
    }

    /// A value beside the most that it may be.
    public func line(_ name: String, _ value: Double, _ unit: String, atMost limit: Double) throws {
        try line(name, value, unit, against: "the limit of \(limit) \(unit)", limit)
    }

    /// A value beside the least that it must be.
    public func line(_ name: String, _ value: Double, _ unit: String, atLeast limit: Double) throws {
        try line(name, value, unit, against: "the least of \(limit) \(unit)", limit)
    }

    /// Three digits that say something.
    private static func rounded(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return 0 }
        let scale = pow(10, 2 - floor(log10(abs(value))))
        return (value * scale).rounded() / scale
    }
}
