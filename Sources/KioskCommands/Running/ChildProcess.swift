import Foundation
import KioskPlatform
import Synchronization

/// What another program printed, and its exit status (128 + signal where one ended it).
struct ChildOutput: Sendable {
    let status: Int32
    let bytes: [UInt8]
    /// The last 16 KiB of its stderr.
    let errors: String
}

enum ChildProcess {
    /// Runs a program to its end. Throws where it can't start, prints too much or takes too long; it is then killed.
    static func run(
        _ path: String, _ arguments: [String], limit: Int, within time: Duration
    ) async throws -> ChildOutput {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        let child = process.processIdentifier
        let killer = Task {
            try await Task.sleep(for: time)
            kill(child, SIGKILL)
        }
        defer { killer.cancel() }
        let outputReader = output.fileHandleForReading
        let errorReader = errors.fileHandleForReading
        async let errorText = onOwnThread("inspect-err") { try read(errorReader, keepingLast: 16384) }
        let bytes = try await onOwnThread("inspect-out") {
            do {
                return try read(outputReader, atMost: limit)
            } catch {
                kill(child, SIGKILL)
                throw error
            }
        }
        let words = String(decoding: try await errorText, as: UTF8.self)
        for await _ in ended {}
        let wasKilled = process.terminationReason == .uncaughtSignal
        return ChildOutput(
            status: process.terminationStatus + (wasKilled ? 128 : 0), bytes: bytes, errors: words)
    }

    private static func read(_ handle: FileHandle, atMost limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let more = try handle.read(upToCount: 65536), !more.isEmpty {
            bytes += more
            guard bytes.count <= limit else { throw SystemCallError("read", code: EFBIG) }
        }
        return bytes
    }

    private static func read(_ handle: FileHandle, keepingLast count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let more = try handle.read(upToCount: 65536), !more.isEmpty {
            bytes = Array((bytes + more).suffix(count))
        }
        return bytes
    }
}
