import ArgumentParser
import Foundation
import KioskLab
import KioskPlatform

/// One patient through a whole visit, on freshly started programs in a temporary folder.
struct RunDemonstration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Takes a simulated patient through a whole visit.")

    @Option(help: "The folder of the face models; without it the PIN takes the face's place.") var models: String?
    @Option(help: "The folder of photographs for the simulated camera.") var faces: String?
    @Option(help: "Where to put the laboratory; a temporary folder by default.") var folder: String?
    @Flag(help: "Leaves everything running for kioskctl, until Ctrl-C.") var stay = false
    @Flag(help: "Takes the devices through this machine's kernel (vhci_hcd) and libusb. Needs root.")
    var attach = false
    @Flag(help: "Prints the report as JSON on the last line.") var json = false

    func run() async throws {
        let path = folder ?? NSTemporaryDirectory() + "kiosk-run-\(getpid())"
        let stack = KioskStack(
            folder: LabFolder(path: path),
            options: .init(binaries: binaries, models: usableModels, route: attach ? .kernel : .usbip))
        do {
            try await stack.start()
            let report = try await Walkthrough(
                stack: stack, faces: usableModels == nil ? nil : faces.map(Walkthrough.Faces.init(folder:)), say: tell
            ).run()
            summarize(report, stack.folder)
            if json { tell(try report.line()) }
            if stay { await wait(stack.folder) }
            await stack.stop()
        } catch {
            tell("× \(error)")
            tell("logs: \(stack.folder.logs)")
            await stack.stop()
            if json { tell(#"{"schema":1,"verdict":"failed"}"#) }
            throw ExitCode(2)
        }
    }

    /// Where the four programs are: beside this one.
    private var binaries: String { (CommandLine.arguments[0] as NSString).deletingLastPathComponent }

    /// Models that are there; says so where they are not.
    private var usableModels: String? {
        guard let models, FileManager.default.fileExists(atPath: models) else { return nil }
        return models
    }

    private func summarize(_ report: WalkthroughReport, _ folder: LabFolder) {
        tell("")
        for step in report.steps { tell("\(step.name): \(step.seconds) s") }
        tell("visit complete in \(report.total) s, face \(report.face), \(report.outbox) records waiting")
        tell("slip    \(report.slipPNG)")
        tell("bundle  \(report.bundle)")
        tell("logs    \(folder.logs)")
    }

    private func wait(_ folder: LabFolder) async {
        tell("")
        tell("Everything keeps running. Try, in another terminal:")
        tell("  export KIOSK_SOCKET=\(folder.apiSocket) KIOSK_CONFIG=\(folder.configuration)")
        tell("  \(binaries)/kioskctl status")
        tell("  \(binaries)/kiosk-lab say \(folder.path) unplug printer")
        tell("Press Ctrl-C to end.")
        await Interruption.wait()
    }

    /// Progress is for people: with --json standard output holds it too, and the report is the last line.
    private var tell: @Sendable (String) -> Void {
        // Unbuffered, so that each step is seen as it happens, also through a pipe.
        { FileHandle.standardOutput.write(Data(($0 + "\n").utf8)) }
    }
}

/// Waits for SIGINT or SIGTERM.
private enum Interruption {
    nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

    static func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.finish() }
            source.resume()
            sources.append(source)
        }
        for await _ in stream {}
    }
}
