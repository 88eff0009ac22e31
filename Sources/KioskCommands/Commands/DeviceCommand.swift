import ArgumentParser
import KioskAPIClient
import KioskModel

struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "The kiosk's devices.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How each device stands.")

        static let question = Question<DeviceList>(
            ask: { client throws(APIClientError) in try await client.devices() }, inspect: ["devices"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }
}
