import ArgumentParser
import KioskAPIClient
import KioskModel

extension CabinetCommand {
    struct Stock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What lies in which slot, what may be handed out, and why a slot is shut.")

        static let question = Question<StockView>(
            ask: { client throws(APIClientError) in try await client.stock() }, inspect: ["stock"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Expiry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The boxes that expire soon, the first first.")

        @Option(help: "Days from today.")
        var within = 90

        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard (0...3650).contains(within) else { throw ValidationError("--within takes 0 to 3650 days") }
        }

        func run() async throws { try await options.run(Self.question(within: within)) }

        static func question(within days: Int) -> Question<ExpiryList> {
            Question(
                ask: { client throws(APIClientError) in ExpiryList(try await client.stock(), within: days) },
                inspect: ["expiry", String(days)])
        }
    }

    struct Temperature: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How warm the cabinet is, and was in the last day.")

        static let question = Question<TemperatureView>(
            ask: { client throws(APIClientError) in try await client.temperature() }, inspect: nil)

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }
}
