import ArgumentParser
import Foundation
import KioskAPIClient
import KioskModel

extension CabinetCommand {
    struct Firmware: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "firmware", abstract: "The firmware of the cabinet's controller.",
            subcommands: [Status.self, Update.self])

        struct Status: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Which firmware runs, and what stands by.")

            static let question = Question<CabinetFirmware>(
                ask: { client throws(APIClientError) in try await client.firmware() }, inspect: nil)

            @OptionGroup var options: GlobalOptions

            func run() async throws { try await options.run(Self.question) }
        }

        struct Update: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Install a signed, newer firmware, and let it stay where it proves itself.",
                discussion: """
                    Not while a visit is open. Wherever this breaks off, power cut included, the controller goes on with \
                    the firmware that works.
                    """)

            @Argument(help: "The image's file.", completion: .file()) var file: String
            @OptionGroup var person: PersonOption
            @OptionGroup var options: GlobalOptions

            func run() async throws { try await options.run(Self.question(try order())) }

            func order() throws -> FirmwareOrder {
                guard let data = FileManager.default.contents(atPath: file), !data.isEmpty else {
                    throw ValidationError("\(file) can't be read")
                }
                // Base64 of this is what the local API takes at most.
                guard data.count <= 256 * 1024 else { throw ValidationError("\(file) is too large for a firmware") }
                return FirmwareOrder(image: data.base64EncodedString(), by: person.by)
            }

            static func question(_ order: FirmwareOrder) -> Question<CabinetFirmware> {
                Question(ask: { client throws(APIClientError) in try await client.updateFirmware(order) }, inspect: nil)
            }
        }
    }
}
