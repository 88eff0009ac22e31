import Foundation
import KioskModel

/// Runs kioskd's program for work on the kiosk's own files, beside the daemon or while it is down.
struct OfflineTool: Sendable {
    private static let limit = 1024 * 1024

    let kioskd: String
    let config: String

    init(_ settings: Settings) {
        kioskd = settings.kioskdPath
        config = settings.configPath
    }

    /// Runs `kioskd WORDS… --config … --json` and gives what it answers; its troubles come as the faults they are.
    func run<View: Decodable & Sendable>(
        _ type: View.Type, _ words: [String], within time: Duration = .seconds(600)
    ) async throws(Fault) -> View {
        guard access(kioskd, X_OK) == 0 else {
            throw Fault(.internalError, "\(kioskd): not found or not executable; set KIOSKD")
        }
        let output: ChildOutput
        do {
            let arguments = words + ["--config", config, "--json"]
            output = try await ChildProcess.run(kioskd, arguments, limit: Self.limit, within: time)
        } catch {
            throw Fault(.internalError, "\(kioskd): \(error)")
        }
        if let view = try? JSONDecoder().decode(View.self, from: Data(output.bytes)), output.status == 0 { return view }
        let last = output.errors.split(separator: "\n").last.map(String.init) ?? ""
        if let problem = try? JSONDecoder().decode(Problem.self, from: Data(last.utf8)),
            let code = FaultCode(rawValue: problem.code)
        {
            throw Fault(code, problem.detail, device: problem.device)
        }
        throw Fault(.internalError, last.isEmpty ? "\(kioskd) ended with \(output.status)" : last)
    }
}

extension CommandRunner {
    /// Does work on files, writes the answer and says how the command ends.
    func run<View: Presentable>(_ work: () async throws(Fault) -> View) async -> CommandExit {
        let renderer = Renderer(settings)
        do throws(Fault) {
            let view = try await work()
            console.out(renderer.render(view, from: .disk))
            return view.exitStatus
        } catch {
            console.err(renderer.render(Problem(error, status: 500)))
            return CommandExit(error.code)
        }
    }
}
