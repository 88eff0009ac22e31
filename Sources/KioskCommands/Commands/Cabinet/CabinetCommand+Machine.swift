import ArgumentParser
import KioskAPIClient
import KioskModel

extension CabinetCommand {
    struct Home: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn a slot's motor home, and free a slot that failed.",
            discussion: """
                Clear the slot first and close the door. A box may fall: look into the tray afterwards. Where one fell, \
                or nobody knows, the slot stays shut until it is counted with refill --replace.
                """)

        @Argument(help: "The slot's number.") var slot: Int
        @OptionGroup var person: PersonOption
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question(.init(slot: slot, by: person.by))) }

        static func question(_ order: HomeOrder) -> Question<HomingView> {
            Question(ask: { client throws(APIClientError) in try await client.homeSlot(order) }, inspect: nil)
        }
    }

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the door's latch go; not while a motor turns.")

        @OptionGroup var person: PersonOption
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question(.init(by: person.by))) }

        static func question(_ order: DoorOrder) -> Question<DoorView> {
            Question(ask: { client throws(APIClientError) in try await client.openDoor(order) }, inspect: nil)
        }
    }
}
