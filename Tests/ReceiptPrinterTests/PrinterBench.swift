import KioskModel
import KioskTestSupport
import Testing
import USBTransport

@testable import ReceiptPrinter
@testable import SimulatedDevices

/// A simulated printer behind a USB/IP server, and the driver on the other side of the socket.
final class PrinterBench: Sendable {
    static let busID = "1-1"

    let folder: TemporaryFolder
    let device: SimulatedPrinter
    let server: USBIPServer
    let host: USBIPHost
    let binding: USBRoleBinding
    let printer: ESCPOSPrinter

    /// Answers come at once unless the machine is very busy.
    static let timing = PrinterTiming(
        answer: .seconds(10), write: .seconds(10), completion: .seconds(20), probe: .seconds(10),
        settle: .milliseconds(200))

    /// For printers that are silent by intent: their limits run out.
    static let impatient = PrinterTiming(
        answer: .seconds(3), write: .seconds(1), completion: .seconds(8), probe: .seconds(1),
        settle: .milliseconds(200), watch: .milliseconds(300), speed: .max)

    init(
        model: PrinterModel = .wide, profile: PrinterProfile = .generic80, timing: PrinterTiming = timing
    ) async throws {
        folder = TemporaryFolder("printer")
        device = try SimulatedPrinter(model: model, outputDirectory: folder.path)
        server = USBIPServer()
        let port = try await server.start()
        await server.plug(device, at: Self.busID)
        host = USBIPHost(host: "127.0.0.1", port: port)
        binding = USBRoleBinding(
            host: host, role: USBRole(name: "printer", interfaceClass: PrinterLink.interfaceClass),
            allowsSimulated: true)
        printer = ESCPOSPrinter(binding: binding, profile: profile, timing: timing)
    }

    func close() async {
        await printer.shutdown()
        await host.shutdown()
        await server.stop()
    }

    /// Sets up, runs the body and takes everything down again, whether it throws or not.
    static func run(
        model: PrinterModel = .wide, profile: PrinterProfile = .generic80, timing: PrinterTiming = timing,
        _ body: (PrinterBench) async throws -> Void
    ) async throws {
        let bench = try await PrinterBench(model: model, profile: profile, timing: timing)
        do {
            try await body(bench)
        } catch {
            await bench.close()
            throw error
        }
        await bench.close()
    }

    /// The printer's switch: the host sees it go and come, and what it held is lost.
    func switchOffAndOn() async {
        await server.unplug(Self.busID)
        await device.losePower()
        await server.plug(device, at: Self.busID)
    }

    /// The fault with which the driver says that it is not ready; nil when it is.
    func readiness() async -> Fault? {
        do throws(Fault) {
            try await printer.checkReady()
            return nil
        } catch {
            return error
        }
    }
}
