import ArgumentParser

/// The face service's program; without a subcommand it serves.
struct VisionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kiosk-visiond", abstract: "The kiosk's camera and face models.",
        subcommands: [VisionDaemonCommand.self, CalibrateCommand.self], defaultSubcommand: VisionDaemonCommand.self)
}
