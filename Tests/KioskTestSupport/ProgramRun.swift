import Foundation
import KioskPlatform

/// What a program left when it ended.
public struct ProgramOutcome: Sendable {
    public let code: Int32
    public let output: String
    public let error: String

    public var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
}

/// Runs a program to its end; after the limit it gets SIGTERM.
///
/// `output`: the file that its output goes to, where a test reads it meanwhile. Output goes to files: a FileHandle that reads a pipe fails, or ends this process, where a signal interrupts it.
public func runProgram(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], within limit: Double = 50,
    output: String? = nil
) async throws -> ProgramOutcome {
    try await onOwnThread("run-program") {
        let folder = TemporaryFolder("program")
        let written = output ?? folder.file("output")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = try emptyFile(written)
        process.standardError = try emptyFile(folder.file("error"))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let end = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: end)
        process.waitUntilExit()
        end.cancel()
        return ProgramOutcome(
            code: process.terminationStatus, output: try String(contentsOfFile: written, encoding: .utf8),
            error: try String(contentsOfFile: folder.file("error"), encoding: .utf8))
    }
}

private func emptyFile(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
}
