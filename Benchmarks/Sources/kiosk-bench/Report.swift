import Foundation

/// One line on standard output, at once: a pipe would be buffered.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Prints measurements, each against something that was measured in the same run.
struct Report {
    private struct Line: Encodable {
        let bench: String
        let name: String
        let value: Double
        let unit: String
        let against: String
        let ratio: Double
    }

    private let json: Bool

    init(json: Bool) { self.json = json }

    /// `ratio` is value by the other's value, unless given.
    func line(_ name: String, _ value: Double, _ unit: String, against: String, _ other: Double) throws {
        let line = Line(
            bench: "queue", name: name, value: Self.rounded(value), unit: unit, against: against,
            ratio: Self.rounded(value / other))
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            say(String(decoding: try encoder.encode(line), as: UTF8.self))
        } else {
            say("\(name): \(line.value) \(unit), \(line.ratio) × \(against)")
        }
    }

    /// Three digits that say something.
    private static func rounded(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return 0 }
        let scale = pow(10, 2 - floor(log10(abs(value))))
        return (value * scale).rounded() / scale
    }
}
