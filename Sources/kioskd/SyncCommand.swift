import ArgumentParser
import KioskModel
import KioskStore
import KioskSync

/// `kioskd sync readdress`: another platform from the next start on; takes the daemon's place while it works.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "The way to the platform.", subcommands: [Readdress.self])

    struct Readdress: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sends to another platform from the next start on.")

        @Argument(help: "The FHIR base of the platform.") var url: String
        @Option(help: "Who says so.") var by: String
        @OptionGroup var file: ConfigurationOption
        @Flag(help: "JSON, the only form.") var json = false

        func run() async throws {
            let configuration = try file.load()
            try await answer {
                try await OfflineStore.with(configuration) { store in
                    let settings = try Composition.linkSettings(configuration)
                    let address = try await PlatformAddress.readdress(url, by: by, settings)
                    return try await QueueReader(store: store).status(address)
                }
            }
        }
    }
}
