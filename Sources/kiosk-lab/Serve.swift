import ArgumentParser
import KioskLab
import KioskPlatform
import Logging
import ServiceLifecycle

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs simulated hardware and the stand-in platform until SIGTERM.")

    @Argument(help: "The laboratory's folder.") var folder: String
    @Flag(help: "Ends when standard input ends.") var exitWithStdin = false
    @Flag(help: "Attaches the devices to this machine's kernel (vhci_hcd), for libusb. Needs root.")
    var attach = false
    @Flag(help: "The platform speaks TLS and asks for the kiosk's certificate.") var tls = false

    @Option(help: "Megabytes of disk that kioskd keeps aside.") var reserveMb = 0
    @Option(help: "The cabinet's firmware, an ELF file for mps2-an386: QEMU runs it behind the same USB function.")
    var firmware: String?
    @Option(help: "With --firmware: the host's line is this Unix socket, for a serial bridge, and no USB device.")
    var serial: String?

    func run() async throws {
        if exitWithStdin { exitWithStandardInput() }
        HardStop.arm(after: 1.8)
        let folder = LabFolder(path: folder)
        try Provisioning.prepare(folder)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: LabService(
                            lab: try Lab(
                                folder, route: attach ? .kernel : .usbip, secured: tls, reserveMB: reserveMb,
                                firmware: firmware, serial: serial)))
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "kiosk-lab")))
        try await group.run()
    }
}

private struct LabService: Service {
    let lab: Lab

    func run() async throws { try await cancelWhenGracefulShutdown { try await lab.run() } }
}

struct Provision: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes keys, a signed registry with one doctor, and a formulary.")

    @Argument(help: "The laboratory's folder.") var folder: String

    func run() throws { try Provisioning.prepare(LabFolder(path: folder)) }
}

struct Say: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says plain words to a running laboratory.",
        discussion: LabCommand.forms.joined(separator: "\n"))

    @Argument(help: "The laboratory's folder.") var folder: String
    @Argument(help: "For example: insert card zhang-wei") var words: [String]

    func run() async throws {
        let answer = try await LabControl(LabFolder(path: folder)).say(words.joined(separator: " "))
        if !answer.isEmpty { print(answer) }
    }
}
