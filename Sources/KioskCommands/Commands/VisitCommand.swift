import ArgumentParser
import KioskAPIClient
import KioskModel

struct VisitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visit", abstract: "Visits of patients.", subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest visits first.")

        static let question = Question<VisitList>(
            ask: { client throws(APIClientError) in try await client.visits() }, inspect: ["visits"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One visit with everything that happened in it.")

        @Argument(help: "The visit's id, as visit list shows it.")
        var id: String

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question(id)) }

        static func question(_ id: VisitID) -> Question<VisitView> {
            Question(
                ask: { client throws(APIClientError) in try await client.visit(id) }, inspect: ["visit", id])
        }
    }
}
