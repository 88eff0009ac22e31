import ArgumentParser
import KioskModel

struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "The kiosk's store.", subcommands: [Rekey.self])

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
}
