import ArgumentParser
import KioskAPIClient
import KioskModel

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Records that wait for the platform.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What waits, what was refused and why.")

        static let question = Question<QueueList>(
            ask: { client throws(APIClientError) in try await client.queue() }, inspect: ["queue"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }
}
