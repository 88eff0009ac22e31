import Foundation
import KioskTestSupport

/// The built programs, beside the test bundle.
enum Programs {
    static let folder: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (own as NSString).deletingLastPathComponent
    }()

    /// Runs one of them to its end, at most so many seconds.
    static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], within limit: Double = 50,
        output: String? = nil
    ) async throws -> ProgramOutcome {
        try await runProgram(
            folder + "/" + name, arguments, environment: environment, within: limit, output: output)
    }
}
