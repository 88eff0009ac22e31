import Foundation
import KioskPlatform

/// The built programs, beside the test bundle.
enum Programs {
    static let folder: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (own as NSString).deletingLastPathComponent
    }()

    struct Outcome: Sendable {
        let code: Int32
        let output: String
        let error: String

        var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// Runs a program to its end, at most 50 s.
    static func run(_ name: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome
    {
        try await onOwnThread("run-\(name)") {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: folder + "/" + name)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            let output = Pipe()
            let error = Pipe()
            process.standardOutput = output
            process.standardError = error
            process.standardInput = FileHandle.nullDevice
            try process.run()
            let limit = DispatchWorkItem { process.terminate() }
            DispatchQueue.global().asyncAfter(deadline: .now() + 50, execute: limit)
            let reader = DispatchQueue(label: "stderr")
            nonisolated(unsafe) var errorBytes = Data()
            reader.async { errorBytes = error.fileHandleForReading.readDataToEndOfFile() }
            let outputBytes = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            limit.cancel()
            return Outcome(
                code: process.terminationStatus, output: String(decoding: outputBytes, as: UTF8.self),
                error: reader.sync { String(decoding: errorBytes, as: UTF8.self) })
        }
    }
}

/// Photographs and models that some tests need; never part of the project.
enum Faces {
    static let photographs = ProcessInfo.processInfo.environment["KIOSK_FACES"]
    static let models = ProcessInfo.processInfo.environment["KIOSK_MODELS"]
    static var areHere: Bool { photographs != nil && models != nil }

    static func photograph(_ name: String) -> String { (photographs ?? "") + "/" + name }
}
