import ArgumentParser
import KioskAPIClient
import KioskModel

extension CabinetCommand {
    struct Recall: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut a lot out at once, network or not; --lift ends it.")

        @Argument(help: "The lot.")
        var lot: String

        @Option(help: "The formulary's code; without it the lot of whatever medicine.")
        var medicine: String?

        @Option(help: "Why: kept with the recall.")
        var reason: String

        @Flag(help: "The recall is over.")
        var lift = false

        @OptionGroup var person: PersonOption
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let order = RecallOrder(lot: lot, medicine: medicine, reason: reason, lifted: lift, by: person.by)
            try await options.run(Self.question(order))
        }

        static func question(_ order: RecallOrder) -> Question<StockView> {
            Question(ask: { client throws(APIClientError) in try await client.recall(order) }, inspect: nil)
        }
    }

    struct Lock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shut a slot.")

        @Argument(help: "The slot's number.") var slot: Int
        @Option(help: "Why: kept with the lock.") var reason: String
        @OptionGroup var person: PersonOption
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await options.run(Self.question(.init(slot: slot, locked: true, reason: reason, by: person.by)))
        }

        static func question(_ order: SlotLockOrder) -> Question<StockView> {
            Question(ask: { client throws(APIClientError) in try await client.lockSlot(order) }, inspect: nil)
        }
    }

    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a slot again that a person or a temperature shut.",
            discussion:
                "Whether boxes that were too warm may be handed out is a pharmacist's decision: say who decided.")

        @Argument(help: "The slot's number.") var slot: Int
        @Option(help: "Why it may be opened.") var reason: String
        @OptionGroup var person: PersonOption
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await options.run(Lock.question(.init(slot: slot, locked: false, reason: reason, by: person.by)))
        }
    }
}
