import ArgumentParser
import Foundation
import KioskModel

extension Language: ExpressibleByArgument {}

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
    @Flag(help: "Print one JSON object with a schema version.")
    var json = false

    @Option(help: "kioskd's socket (default: $KIOSK_SOCKET or /run/kiosk/kioskd.sock).")
    var socket: String?

    @Option(help: "kioskd's configuration, for answers from disk (default: $KIOSK_CONFIG or /etc/kiosk/kioskd.toml).")
    var config: String?

    @Option(help: "zh or en (default: from LC_ALL or LANG).")
    var lang: Language?

    /// Runs a command with these options and the process's surroundings; ends with its exit status.
    func run<View: Presentable>(_ question: Question<View>) async throws {
        try await end { await $0.run(question) }
    }

    /// Does work on files with these options; ends with its exit status.
    func run<View: Presentable>(_ work: (Settings) async throws(Fault) -> View) async throws {
        try await end { runner in
            await runner.run { () async throws(Fault) in try await work(runner.settings) }
        }
    }

    /// Runs a command that asks more than once; ends with its exit status.
    func end(_ command: (CommandRunner) async -> CommandExit) async throws {
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let settings = Settings(
            socket: socket, config: config, json: json, language: lang,
            environment: ProcessInfo.processInfo.environment, isTerminal: isatty(STDOUT_FILENO) == 1,
            executable: executable)
        let status = await command(CommandRunner(settings: settings, console: .standard))
        throw ExitCode(status.rawValue)
    }
}
