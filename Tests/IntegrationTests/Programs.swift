import Foundation
import KioskTestSupport

/// The built programs, beside the test bundle.
enum Programs {
    static let folder: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (own as NSString).deletingLastPathComponent
    }()

    /// Runs one of them to its end, at most 50 s.
    static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> ProgramOutcome {
        try await runProgram(folder + "/" + name, arguments, environment: environment)
    }
}

/// Photographs and models that some tests need; never part of the project.
enum Faces {
    static let photographs = ProcessInfo.processInfo.environment["KIOSK_FACES"]
    static let models = ProcessInfo.processInfo.environment["KIOSK_MODELS"]
    static var areHere: Bool { photographs != nil && models != nil }

    static func photograph(_ name: String) -> String { (photographs ?? "") + "/" + name }
}
