import ArgumentParser
import KioskAPIClient
import KioskModel

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "The way to the platform.",
        subcommands: [Status.self, Why.self, Now.self, Readdress.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How the way to the platform stands.")

        static let question = Question<SyncStatusView>(
            ask: { client throws(APIClientError) in try await client.syncStatus() }, inspect: ["sync"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Why: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Why records don't reach the platform: the first layer that has failed, and what to do.")

        static let question = Question<SyncDiagnosisView>(
            ask: { client throws(APIClientError) in try await client.diagnoseSync() }, inspect: ["sync-why"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Now: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Try everything that waits now.")

        static let question = Question<SyncStatusView>(
            ask: { client throws(APIClientError) in try await client.sendNow() }, inspect: nil)

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Readdress: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send to another platform from now on.",
            discussion: """
                Stands until the configuration's own address changes, or another order comes. With kioskd down it counts \
                from the next start on.
                """)

        @Argument(help: "The FHIR base of the platform: https://HOST/PATH.")
        var url: String

        @Option(help: "Who says so: 1 to 60 characters.")
        var by: String

        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard !by.isEmpty, by.count <= 60 else { throw ValidationError("--by takes 1 to 60 characters") }
        }

        func run() async throws { try await options.run(Self.question(url, by: by)) }

        static func question(_ url: String, by person: String) -> Question<SyncStatusView> {
            Question(
                ask: { client throws(APIClientError) in try await client.readdress(url, by: person) }, inspect: nil,
                offline: ["sync", "readdress", url, "--by", person])
        }
    }
}
