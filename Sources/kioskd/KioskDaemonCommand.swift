import ArgumentParser
import Foundation
import KioskConfig
import KioskCrypto
import KioskModel
import ReceiptPrinter

/// `kioskd`: runs the agent, checks a configuration, or answers from disk.
@main
struct KioskDaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kioskd", abstract: "The kiosk's agent.", version: KioskVersion.current,
        subcommands: [
            RunCommand.self, InspectCommand.self, AuditCommand.self, StoreCommand.self, PatientCommand.self,
            SyncCommand.self,
        ],
        defaultSubcommand: RunCommand.self)
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
            let printers = PrinterProfile.all.map { KioskConfiguration.PrinterKind(name: $0.name, width: $0.paper) }
            return try KioskConfiguration.load(path: path, printers: printers)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode(2)
        }
    }
}

/// Runs work on the kiosk's files: its answer as JSON on standard output, a fault as a problem on standard error.
func answer<View: Encodable>(_ work: () async throws -> View) async throws {
    do {
        let bytes = try CanonicalJSON.encode(try await work())
        FileHandle.standardOutput.write(Data(bytes + [UInt8(ascii: "\n")]))
    } catch let fault as Fault {
        let problem = try CanonicalJSON.encode(Problem(fault, status: 500))
        FileHandle.standardError.write(Data(problem + [UInt8(ascii: "\n")]))
        throw ExitCode(2)
    }
}

/// Says a fault on standard error with its next step.
func complain(_ fault: Fault) {
    let next = "  \(fault.code.entry.nextStepZh)\n  next: \(fault.code.entry.nextStepEn)\n"
    FileHandle.standardError.write(Data("\(fault)\n\(next)".utf8))
}
