import Foundation
import KioskModel
import KioskPlatform

/// Why there is no answer from disk.
struct InspectionError: Error, Sendable, Hashable {
    /// What was found, for stderr.
    let detail: String
}

/// Asks kioskd's program, which reads the kiosk's files without changing them, while the daemon is down.
struct Inspector: Sendable {
    private static let limit = 16 * 1024 * 1024

    let kioskd: String
    let config: String

    /// Runs `kioskd inspect …` and gives the JSON that it prints.
    func read<View: Decodable & Sendable>(
        _ type: View.Type, _ arguments: [String]
    ) async throws(InspectionError) -> View {
        guard access(kioskd, X_OK) == 0 else {
            throw InspectionError(detail: "\(kioskd): not found or not executable; set KIOSKD")
        }
        let output: ChildOutput
        do {
            let arguments = ["inspect"] + arguments + ["--config", config, "--json"]
            output = try await ChildProcess.run(kioskd, arguments, limit: Self.limit, within: .seconds(20))
        } catch {
            throw InspectionError(detail: "\(kioskd): \(error)")
        }
        guard output.status == 0 else {
            let last = output.errors.split(separator: "\n").suffix(4).joined(separator: " ")
            throw InspectionError(detail: last.isEmpty ? "exit status \(output.status)" : last)
        }
        guard let view = try? JSONDecoder().decode(View.self, from: Data(output.bytes)) else {
            throw InspectionError(detail: "kioskd inspect gave no \(View.self)")
        }
        return view
    }
}
