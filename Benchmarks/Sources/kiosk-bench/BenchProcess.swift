import Foundation

/// This program once more, for a part that must not share the process.
final class BenchProcess {
    private let process = Process()
    private let output = Pipe()
    private let input = Pipe()

    init(_ words: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = words
        process.standardOutput = output
        // It ends when this end closes, by whatever way.
        process.standardInput = input
        try process.run()
    }

    /// The next line that it prints.
    func line() throws -> String {
        var bytes = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            if byte.first == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes += byte
        }
        throw BenchError("\(process.arguments ?? []) ended without an answer")
    }

    func end() {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }
}
