import Dispenser
import Foundation
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

/// The controller's firmware image in QEMU behind a USB/IP server, and the driver on the other side of the socket.
final class BoardLab: Sendable {
    static let busID = "1-4"

    let folder = TemporaryFolder("board")
    let server = USBIPServer()
    let host: USBIPHost
    let board: BoardDispenser

    /// Where `script/firmware build mps2-an386` puts the image.
    static let image = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../Firmware/Dispenser/.build-mps2-an386/mps2-an386.elf"
    ).standardized.path

    /// Whether there is what these tests need; says what is missing.
    static let isPossible: Bool = {
        if BoardDispenser.emulatorPath == nil {
            print("firmware tests skipped: qemu-system-arm is not installed (script/setup)")
            return false
        }
        if !FileManager.default.isReadableFile(atPath: image) {
            print("firmware tests skipped: no image at \(image) (script/firmware build mps2-an386)")
            return false
        }
        return true
    }()

    /// One slot an order, so that a slot's boxes are an order's boxes.
    init(slots: Int, motorTime: Duration = .milliseconds(300)) async throws {
        let boxes = Dictionary(uniqueKeysWithValues: (0..<min(slots, 256)).map { ($0, 3) })
        board = try BoardDispenser(image: Self.image, folder: folder.path, slots: boxes, motorTime: motorTime)
        let port = try await server.start()
        host = USBIPHost(host: "127.0.0.1", port: port)
        try await board.start()
        await server.plug(board, at: Self.busID)
    }

    /// As after a restart of the daemon.
    func driver(_ limits: CabinetLimits = .board) -> CabinetDriver {
        let role = USBRole(name: "dispenser", interfaceClass: 0x02)
        return CabinetDriver(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: true), limits: limits,
            allowsLaboratoryKey: true)
    }

    /// A driver that has heard from the controller that its motor driver and slots are there.
    func readyDriver() async throws -> CabinetDriver {
        let driver = driver()
        await expectEventually(within: .seconds(20), "the controller hears its motor driver") {
            await driver.status().fault == nil
        }
        return driver
    }

    func stop() async {
        await host.shutdown()
        await server.stop()
        await board.stop()
    }
}

extension CabinetLimits {
    /// For an emulated controller on a loaded machine.
    static let board = CabinetLimits(
        reply: .milliseconds(1500), poll: .milliseconds(200), resolve: .seconds(10), motion: .seconds(30),
        reopen: .milliseconds(20))
}

/// Runs a body on a lab and takes the lab down, however the body ends.
func withBoard(slots: Int = 12, _ body: (BoardLab) async throws -> Void) async throws {
    let lab = try await BoardLab(slots: slots)
    do {
        try await body(lab)
        await lab.stop()
    } catch {
        await lab.stop()
        throw error
    }
}
