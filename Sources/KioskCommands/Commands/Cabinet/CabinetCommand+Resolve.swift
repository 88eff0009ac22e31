import ArgumentParser
import KioskAPIClient
import KioskModel

extension CabinetCommand {
    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record what you saw of a box of which the kiosk does not know whether it fell.",
            discussion: """
                Look into the tray and the slot first: the kiosk believes you and does not try again by itself. \
                What you say is kept with your name.
                """)

        enum Sight: String, EnumerableFlag {
            case dropped, notDropped

            static func help(for value: Sight) -> ArgumentHelp? {
                switch value {
                case .dropped: "The box fell."
                case .notDropped: "The box did not fall."
                }
            }
        }

        @Argument(help: "The order's number, as visit show gives it.")
        var transaction: UInt32

        @Flag(exclusivity: .exclusive)
        var sight: Sight

        @Option(help: "Who looked: 1 to 60 characters.")
        var by: String

        @Option(help: "The visit's id, where the order is not among the newest visits.")
        var visit: String?

        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard !by.isEmpty, by.count <= 60 else { throw ValidationError("--by takes 1 to 60 characters") }
        }

        func run() async throws {
            try await options.run(Self.question(transaction, dropped: sight == .dropped, by: by, visit: visit))
        }

        static func question(
            _ transaction: UInt32, dropped: Bool, by person: String, visit: VisitID?
        ) -> Question<VisitView> {
            Question(
                ask: { client throws(APIClientError) in
                    let id: VisitID
                    if let visit { id = visit } else { id = try await owner(of: transaction, client) }
                    return try await client.resolve(id, transaction: transaction, dropped: dropped, by: person)
                }, inspect: nil)
        }

        /// The newest visit with this order.
        private static func owner(
            of transaction: UInt32, _ client: KioskAPIClient
        ) async throws(APIClientError) -> VisitID {
            for visit in try await client.visits().visits
            where visit.dispense.contains(where: { $0.transaction == transaction }) {
                return visit.id
            }
            let fault = Fault(.apiNotFound, "no order \(transaction) among the newest visits; name one with --visit")
            throw .problem(Problem(fault, status: 404))
        }
    }
}
