import ArgumentParser
import KioskAPIClient
import KioskModel

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "The whole kiosk at a glance.")

    static let question = Question<StatusView>(
        ask: { client throws(APIClientError) in try await client.status() }, inspect: ["status"])

    @OptionGroup var options: GlobalOptions

    func run() async throws { try await options.run(Self.question) }
}
