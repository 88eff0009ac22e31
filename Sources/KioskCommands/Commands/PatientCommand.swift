import ArgumentParser
import KioskModel

struct PatientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patient", abstract: "A patient's records.", subcommands: [Erase.self])

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a patient's records on this kiosk unreadable for ever.",
            discussion: """
                Names the patient by any of their visits, so that no name or number stands in a shell's history. Stop \
                kioskd first. Refused until the platform has confirmed every visit of the patient and the kiosk's \
                retention has ended. Who asked for it is kept.
                """)

        @Argument(help: "Any visit of the patient, as visit list shows it.")
        var visit: String

        @Option(help: "Who asked for it: 1 to 60 characters.")
        var by: String

        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard !by.isEmpty, by.count <= 60 else { throw ValidationError("--by takes 1 to 60 characters") }
        }

        func run() async throws {
            let (visit, by) = (visit, by)
            try await options.run { settings throws(Fault) in
                try await OfflineTool(settings).run(ErasureView.self, ["patient", "erase", visit, "--by", by])
            }
        }
    }
}
