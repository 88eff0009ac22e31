import ArgumentParser
import KioskConfig
import KioskModel
import KioskPlatform
import KioskStore

/// `kioskd patient erase`: takes the daemon's place while it works.
struct PatientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patient", abstract: "A patient's records.", subcommands: [Erase.self])

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Destroys the data keys of the patient of a visit, where that is allowed.")

        @Argument(help: "Any visit of the patient.") var visit: String
        @Option(help: "Who asked for it.") var by: String
        @OptionGroup var file: ConfigurationOption
        @Flag(help: "JSON, the only form.") var json = false

        func run() async throws {
            let configuration = try file.load()
            try await answer {
                try await OfflineStore.with(configuration) { store in
                    try await store.recordStart()
                    return try await store.erasePatient(ofVisit: visit, by: by, configuration.storeRetention)
                }
            }
        }
    }
}

extension KioskConfiguration {
    var storeRetention: KioskStore.Retention {
        .init(liveDays: retention.liveDays, leastDays: retention.leastDays, mostDays: retention.mostDays)
    }
}
