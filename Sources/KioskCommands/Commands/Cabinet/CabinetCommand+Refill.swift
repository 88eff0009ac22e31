import ArgumentParser
import KioskAPIClient
import KioskModel

extension SlotUse: ExpressibleByArgument {}

extension CabinetCommand {
    struct Refill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put boxes of one lot into a slot: scan every box, then count the slot.",
            discussion: """
                Trace codes are arguments, or lines of standard input (a scanner types them; an empty line ends). The \
                first one scanned lies in front and falls first. --counted is what you count in the slot afterwards; \
                where it differs from the books nothing is stored. With --replace the scanned boxes are all that lies \
                in the slot: that is how a count is put right, a lot is taken out, or a slot is emptied.
                """)

        @Argument(help: "The slot's number.")
        var slot: Int

        @Argument(help: "Trace codes: 20 digits, or GS1 as (01)GTIN(21)serial.")
        var traces: [String] = []

        @Option(help: "The formulary's code.")
        var medicine: String

        @Option(help: "The lot, as it is printed on the boxes.")
        var lot: String

        @Option(help: "The last day of use, 2028-01-31.")
        var expiry: String

        @Option(help: "The boxes in the slot now, as you count them.")
        var counted: Int

        @Option(help: "The least number of boxes before somebody should come.")
        var par: Int?

        @Option(help: "pick-up (against a prescription) or sale; may be given twice. A new slot needs it.")
        var use: [SlotUse] = []

        @Flag(help: "The scanned boxes are all that lies in the slot.")
        var replace = false

        @OptionGroup var person: PersonOption
        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard ExpiryDate(expiry) != nil else { throw ValidationError("--expiry takes a date like 2028-01-31") }
        }

        func run() async throws {
            let scanned = traces.isEmpty ? Self.scan { readLine() } : traces
            try await options.run(Self.question(try order(scanned)))
        }

        /// Throws with the place of a code that can't be read: before anything is sent.
        func order(_ scanned: [String]) throws -> RefillOrder {
            var codes: [String] = []
            for (index, text) in scanned.enumerated() {
                do throws(Fault) {
                    codes.append(try TraceCode(text).text)
                } catch {
                    throw ValidationError("box \(index + 1): \(error.detail)")
                }
            }
            return RefillOrder(
                slot: slot, medicine: medicine, lot: lot, expiry: expiry, traces: codes, counted: counted, par: par,
                uses: use.isEmpty ? nil : Set(use), replace: replace, by: person.by)
        }

        /// Lines up to an empty one or the end.
        static func scan(_ next: () -> String?) -> [String] {
            var lines: [String] = []
            while let line = next(), !line.allSatisfy(\.isWhitespace) { lines.append(line) }
            return lines
        }

        static func question(_ order: RefillOrder) -> Question<StockView> {
            Question(ask: { client throws(APIClientError) in try await client.refill(order) }, inspect: nil)
        }
    }
}
