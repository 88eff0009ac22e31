import ArgumentParser

/// `kiosk-lab`: simulated hardware, a stand-in platform, and a demonstration on them.
@main
struct LabCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kiosk-lab", abstract: "Simulated hardware for the kiosk agent, below the drivers.",
        subcommands: [RunDemonstration.self, Serve.self, Say.self, Provision.self, Replay.self, Firmware.self])
}
