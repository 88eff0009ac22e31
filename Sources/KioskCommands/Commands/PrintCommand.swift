import ArgumentParser
import KioskAPIClient
import KioskModel

struct PrintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print", abstract: "The receipt printer.", subcommands: [Status.self, Test.self, Purge.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What the printer's sensors say now.")

        static let question = Question<PrinterView>(
            ask: { client throws(APIClientError) in try await client.printer() }, inspect: nil)

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the technician's page, which shows whether width, Chinese, QR code and cut are right.")

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question(options.lang ?? .zh)) }

        static func question(_ language: Language) -> Question<PrintReport> {
            Question(
                ask: { client throws(APIClientError) in
                    try await client.printTestPage(language == .zh ? .zh : .en)
                }, inspect: nil)
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Empty the printer's buffers and cut off what hangs out of it; no document is repeated.")

        static let question = Question<PrinterView>(
            ask: { client throws(APIClientError) in try await client.purgePrinter() }, inspect: nil)

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }
}
