import ArgumentParser
import KioskModel
import KioskPlatform
import KioskStore

/// `kioskd audit export`: the chain as a file; beside the running daemon too, since it reads only.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit chain.", subcommands: [Export.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes the audit chain into a new file.")

        @Argument(help: "The file to make.") var path: String
        @OptionGroup var file: ConfigurationOption
        @Flag(help: "JSON, the only form.") var json = false

        func run() async throws {
            let configuration = try file.load()
            try await answer {
                let links = try AuditExport(database: configuration.storePath)
                    .write(to: path, kiosk: configuration.kiosk.id, at: SystemClock().stamp())
                return AuditExportView(file: path, links: links)
            }
        }
    }
}
