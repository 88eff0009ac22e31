import ArgumentParser
import KioskAPIClient
import KioskModel

struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "The kiosk's devices.",
        subcommands: [List.self, Show.self, Watch.self, Reset.self, PowerCycle.self, Record.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How each device stands.")

        static let question = Question<DeviceList>(
            ask: { client throws(APIClientError) in try await client.devices() }, inspect: ["devices"])

        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question) }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One device: where it is, what it is, what it lacks, and how its recovery stands.")

        @OptionGroup var device: DeviceArgument
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question(device.role)) }

        static func question(_ role: String) -> Question<DeviceView> {
            Question(ask: { client throws(APIClientError) in try await client.device(role) }, inspect: nil)
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a device anew and reset it, as far as this machine can.",
            discussion: """
                Not while a visit's step is under way. A doctor whose card is in a reader that is reset must sign in \
                again.
                """)

        @OptionGroup var device: DeviceArgument
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Self.question(device.role, power: false)) }

        static func question(_ role: String, power: Bool) -> Question<DeviceView> {
            Question(
                ask: { client throws(APIClientError) in try await client.resetDevice(role, power: power) },
                inspect: nil)
        }
    }

    struct PowerCycle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch the power of a device's port off and on, where the hub and the kernel can.")

        @OptionGroup var device: DeviceArgument
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await options.run(Reset.question(device.role, power: true)) }
    }

    struct Record: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record the USB transfers with a device into a file that holds nothing of a person.",
            discussion: """
                The device is opened anew, then everything that its driver and it say to one another is kept for the \
                time given: insert the card, print the page, pull the plug meanwhile. kiosk-lab replay plays the file.
                """)

        @OptionGroup var device: DeviceArgument
        @Option(help: "The file; it must not exist yet.") var to: String
        @Option(help: "For how long: 1 to 600 seconds.") var seconds = 30
        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard (1...600).contains(seconds) else { throw ValidationError("--seconds takes 1 to 600") }
        }

        func run() async throws { try await options.run(Self.question(device.role, seconds: seconds, to: to)) }

        static func question(_ role: String, seconds: Int, to path: String) -> Question<RecordingReport> {
            Question(
                ask: { client throws(APIClientError) in
                    // Before the time is spent: is there a place for it?
                    let file = try RecordingFile(path)
                    do throws(APIClientError) {
                        return try file.keep(try await client.recordDevice(role, seconds: seconds), of: role)
                    } catch {
                        file.discard()
                        throw error
                    }
                }, inspect: nil)
        }
    }

    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show each change of a device's state as it happens, until Ctrl-C.")

        @Argument(help: "One role; all by default.") var role: String?
        @Option(name: .customLong("for"), help: "End after so many seconds; then the exit status is the last state's.")
        var seconds: Int?
        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard seconds.map({ (1...86_400).contains($0) }) ?? true else {
                throw ValidationError("--for takes 1 to 86400 seconds")
            }
        }

        func run() async throws {
            try await options.end { runner in
                await DeviceWatch(runner: runner, role: role, limit: seconds.map { .seconds($0) }).run()
            }
        }
    }
}

/// The role of a device, as `device list --json` gives it.
struct DeviceArgument: ParsableArguments {
    @Argument(help: "reader, idcard, doctor-reader, printer, dispenser or camera.") var role: String
}
