import ArgumentParser
import KioskModel

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "The kiosk's store.", subcommands: [Rekey.self, Recover.self, Discard.self])

    struct Rekey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give the store a new kiosk key.",
            discussion: """
                Stop kioskd first. A new key is made beside the old key file, every data key is wrapped with it, and the \
                files change places; the old one stays as FILE.old-ID until you destroy it. Cut off at any point, run it \
                again. Where the key is a systemd credential, put the new key into FILE.next yourself and exchange the \
                files afterwards.
                """)

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await options.run { settings throws(Fault) in
                try await OfflineTool(settings).run(RekeyView.self, ["store", "rekey"])
            }
        }
    }

    struct Recover: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read the disk of a dead kiosk with the platform's recovery key.",
            discussion: """
                Runs on any machine, needs no configuration, and changes nothing on the disk. FOLDER gets every record as \
                JSON, every message as the exact bytes for the platform (the unsent ones can be posted from there), the \
                audit chain and a report. All of it is personal data in clear: keep it where nobody else reads.
                """)

        @Argument(help: "The folder to make.")
        var folder: String

        @Option(help: "The store's file on the moved disk: …/kiosk.sqlite.")
        var store: String

        @Option(help: "The recovery key: a P-256 private key in PEM form, mode 0600.")
        var recoveryKey: String

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let words = ["store", "recover", folder, "--store", store, "--recovery-key", recoveryKey]
            try await options.run { settings throws(Fault) in
                try await OfflineTool(settings).run(RecoveryView.self, words, within: .seconds(3600))
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Destroy the files of a damaged store that was set aside.",
            discussion: """
                They hold keys of that time: while they exist nobody can be erased. Stop kioskd first, and be sure that \
                nobody needs them any more. Who said so is kept.
                """)

        @Argument(help: "The folder's name: kiosk.sqlite.damaged-1, for instance.")
        var folder: String

        @Option(help: "Who said so: 1 to 60 characters.")
        var by: String

        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard !by.isEmpty, by.count <= 60 else { throw ValidationError("--by takes 1 to 60 characters") }
        }

        func run() async throws {
            let words = ["store", "discard", folder, "--by", by]
            try await options.run { settings throws(Fault) in
                try await OfflineTool(settings).run(DiscardView.self, words)
            }
        }
    }
}
