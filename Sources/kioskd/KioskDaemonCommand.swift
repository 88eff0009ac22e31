import ArgumentParser
import Foundation
import KioskConfig
import KioskModel

/// `kioskd`: runs the agent, checks a configuration, or answers from disk.
@main
struct KioskDaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kioskd", abstract: "The kiosk's agent.", version: KioskVersion.current,
        subcommands: [RunCommand.self, InspectCommand.self], defaultSubcommand: RunCommand.self)
}

enum KioskVersion {
    static let current = "0.1.0"
}

struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file.")
    var path = ProcessInfo.processInfo.environment["KIOSK_CONFIG"] ?? "/etc/kiosk/kioskd.toml"

    /// The configuration; says what is wrong on standard error and exits with 2.
    func load() throws -> KioskConfiguration {
        do {
            return try KioskConfiguration.load(path: path)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode(2)
        }
    }
}

/// Says a fault on standard error with its next step.
func complain(_ fault: Fault) {
    let next = "  \(fault.code.entry.nextStepZh)\n  next: \(fault.code.entry.nextStepEn)\n"
    FileHandle.standardError.write(Data("\(fault)\n\(next)".utf8))
}
