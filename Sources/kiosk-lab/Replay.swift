import ArgumentParser
import Foundation
import KioskLab
import KioskPlatform
import Logging
import ServiceLifecycle

/// Plays a recording of `kioskctl device record` as a device over USB/IP.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays a recorded device over USB/IP until SIGTERM; says what it was asked that was not recorded.",
        discussion: """
            kioskd reaches it with [usb] transport = "usbip" and the port that is printed, and the role's path = "1-1".
            """)

    @Argument(help: "The recording.") var file: String
    @Option(help: "The port to listen on; 0 takes a free one.") var port: UInt16 = 0
    @Flag(help: "Ends when standard input ends.") var exitWithStdin = false

    func run() async throws {
        if exitWithStdin { exitWithStandardInput() }
        HardStop.arm(after: 1.8)
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw ValidationError("\(file) can't be read")
        }
        let replay = try RecordingReplay(text)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: ReplayService(replay: replay, port: port))],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "kiosk-lab")))
        try await group.run()
    }
}

private struct ReplayService: Service {
    let replay: RecordingReplay
    let port: UInt16

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await replay.run(port: port) { FileHandle.standardOutput.write(Data(($0 + "\n").utf8)) }
        }
    }
}
