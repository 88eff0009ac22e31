import ArgumentParser

/// `kioskctl`: what a technician asks of a kiosk; its questions are answered with kioskd down too.
public struct KioskControl: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "kioskctl", abstract: "Show how this kiosk stands and what to do.",
        discussion: """
            Exit status: 0 ok, 1 warning, 2 fault, 3 not found, 4 a person is needed, 5 timed out, 8 kioskd is down \
            (the answer is from disk), 64 usage, 77 not allowed.
            """,
        subcommands: [
            StatusCommand.self, DeviceCommand.self, VisitCommand.self, PrintCommand.self, CabinetCommand.self,
            FaceCommand.self, QueueCommand.self, SyncCommand.self, AuditCommand.self, StoreCommand.self,
            PatientCommand.self,
        ])

    public init() {}

    /// Parses the process's arguments, runs the command and ends the process with its exit status.
    public static func runFromCommandLine() async { await main() }
}
