import Foundation

/// Another program of the run, or this one once more for a part that must not share the process.
public final class BenchProcess {
    private let process = Process()
    private let output = Pipe()
    private let input = Pipe()

    /// `program` nil is this one. Its standard error goes to `log` where there is one.
    public init(
        _ words: [String], program: String? = nil, environment: [String: String] = [:], log: String? = nil,
        isQuiet: Bool = false
    ) throws {
        process.executableURL =
            program.map { URL(fileURLWithPath: $0) } ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        // It ends when this end closes, by whatever way.
        process.standardInput = input
        if let log {
            guard FileManager.default.createFile(atPath: log, contents: nil) else { throw BenchError("no file \(log)") }
            process.standardError = FileHandle(forWritingAtPath: log)
        }
        if isQuiet { process.standardError = FileHandle.nullDevice }
        try process.run()
    }

    public var identifier: Int32 { process.processIdentifier }
    public var isRunning: Bool { process.isRunning }

    /// The next line that it prints.
    public func line() throws -> String {
        var bytes = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            if byte.first == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes += byte
        }
        throw BenchError("\(process.arguments ?? []) ended without an answer")
    }

    public func end() {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }

    /// What a program printed, once it has ended. Throws where it did not end well.
    @discardableResult
    public static func output(of program: String, _ words: [String]) throws -> String {
        let child = try BenchProcess(words, program: program, isQuiet: true)
        try? child.input.fileHandleForWriting.close()
        let text = try child.output.fileHandleForReading.readToEnd() ?? Data()
        child.process.waitUntilExit()
        guard child.process.terminationStatus == 0 else { throw BenchError("\(program) \(words) failed") }
        return String(decoding: text, as: UTF8.self)
    }

    /// Where the programs of the same build are.
    public static func sibling(_ name: String) -> String? {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = own.deletingLastPathComponent().appendingPathComponent(name).path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}

/// Waits until a condition holds. Throws after `limit` seconds, naming what did not come.
public func wait(for what: String, limit: Double = 30, until condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(limit)
    while try await !condition() {
        guard ContinuousClock.now < end else { throw BenchError("\(what) did not come within \(limit) s") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
