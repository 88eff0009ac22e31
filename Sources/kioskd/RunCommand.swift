import ArgumentParser
import Foundation
import KioskModel
import KioskPlatform

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Runs the agent (the default).")

    @OptionGroup var file: ConfigurationOption

    @Flag(help: "Checks the configuration, says what is wrong with line and column, and exits.")
    var checkConfig = false

    @Flag(help: "Ends when standard input ends; for laboratories.")
    var exitWithStdin = false

    func run() async throws {
        let configuration = try file.load()
        guard !checkConfig else {
            print("\(file.path): ok (\(configuration.kiosk.id), \(configuration.kiosk.profile.rawValue))")
            return
        }
        if exitWithStdin { exitWithStandardInput() }
        do {
            try await Daemon(configuration).run()
        } catch let fault as Fault {
            complain(fault)
            throw ExitCode(2)
        }
    }
}
