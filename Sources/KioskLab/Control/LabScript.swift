import Foundation
import KioskPlatform

/// Words in a file, one a line, each after the seconds that pass before it: `1.5 show nobody`. `#` begins a remark.
struct LabScript: Sendable {
    struct Step: Sendable {
        let pause: Duration
        let command: LabCommand
    }

    private static let mostBytes = 64 << 10
    private static let longestPause = 3600.0

    let steps: [Step]

    /// Throws `LabError` with the line that can't be played; then nothing of the file is.
    init(path: String) throws {
        guard let bytes = try? BoundedFile.read(path, limit: Self.mostBytes) else {
            throw LabError("no script \(path) of at most \(Self.mostBytes) bytes")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        steps = try lines.enumerated().compactMap { index, line in
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = words.first else { return nil }
            guard let pause = Double(first), (0...Self.longestPause).contains(pause) else {
                throw LabError("line \(index + 1) does not begin with seconds: \(line)")
            }
            let command: LabCommand
            do {
                command = try LabCommand(parsing: words.dropFirst().joined(separator: " "))
            } catch {
                throw LabError("line \(index + 1): \(error)")
            }
            if case .play = command { throw LabError("line \(index + 1): a script plays no script") }
            return Step(pause: .seconds(pause), command: command)
        }
    }
}
