import Dispenser
import Foundation
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

/// A simulated cabinet behind a USB/IP server, and the driver on the other side of the socket.
final class CabinetLab: Sendable {
    static let busID = "1-4"

    let folder = TemporaryFolder("cabinet")
    let server = USBIPServer()
    let host: USBIPHost
    let cabinet: SimulatedDispenser
    let driver: CabinetDriver

    /// Slots 1, 2 and 12 with ten boxes each.
    init(motorTime: Duration = .milliseconds(100), limits: CabinetLimits = .test) async throws {
        cabinet = try Self.cabinet(in: folder, motorTime: motorTime)
        let port = try await server.start()
        await server.plug(cabinet, at: Self.busID)
        host = USBIPHost(host: "127.0.0.1", port: port)
        driver = Self.driver(host, limits: limits)
    }

    /// Another driver on the same bus, as after a restart of the daemon.
    func anotherDriver() -> CabinetDriver { Self.driver(host, limits: .test) }

    /// Another controller on the same journal and ledger, as after a restart of the simulator.
    func restartedCabinet() throws -> SimulatedDispenser {
        try Self.cabinet(in: folder, motorTime: .milliseconds(100))
    }

    /// Turns one bit in a record of 32 bytes of the journal's first page, as an EEPROM cell that wears out does.
    func damageJournal(record: UInt64) throws {
        let file = try FileHandle(forUpdating: URL(filePath: folder.file("journal")))
        try file.seek(toOffset: record * 32 + 9)
        let byte = try file.read(upToCount: 1)?.first ?? 0
        try file.seek(toOffset: record * 32 + 9)
        try file.write(contentsOf: [byte ^ 1])
        try file.close()
    }

    func unplug() async { await server.unplug(Self.busID) }
    func plug(_ device: (any SimulatedUSBDevice)? = nil) async {
        await server.plug(device ?? cabinet, at: Self.busID)
    }

    func dispense(_ transaction: UInt32, slot: Int) async throws -> DispenseOutcome {
        try await driver.dispense(transaction: transaction, slot: slot)
    }

    func query(_ transaction: UInt32) async throws -> DispenseOutcome {
        try await driver.query(transaction: transaction)
    }

    func highWaterMark() async throws -> UInt32 { try await driver.highWaterMark() }

    /// Waits for the turn that `holdNextTurn` holds.
    func untilHeld() async {
        await expectEventually("the motor stands in the middle of its turn") { await self.cabinet.isHeld }
    }

    func stop() async {
        await driver.shutdown()
        await host.shutdown()
        await server.stop()
    }

    private static func cabinet(in folder: TemporaryFolder, motorTime: Duration) throws -> SimulatedDispenser {
        try SimulatedDispenser(
            journalPath: folder.file("journal"), slots: [1: 10, 2: 10, 12: 10], motorTime: motorTime)
    }

    private static func driver(_ host: USBIPHost, limits: CabinetLimits) -> CabinetDriver {
        let role = USBRole(name: "dispenser", interfaceClass: 0x02)
        return CabinetDriver(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: true), limits: limits,
            allowsLaboratoryKey: true)
    }
}

extension CabinetLimits {
    static let test = CabinetLimits(
        reply: .milliseconds(500), poll: .milliseconds(200), resolve: .seconds(5), motion: .seconds(20),
        reopen: .milliseconds(20))
    /// For tests in which nobody ever answers.
    static let impatient = CabinetLimits(
        reply: .milliseconds(150), poll: .milliseconds(100), resolve: .milliseconds(600), motion: .seconds(5),
        reopen: .milliseconds(20))
}

/// Runs a body on a lab and takes the lab down, however the body ends.
func withCabinet(
    motorTime: Duration = .milliseconds(100), limits: CabinetLimits = .test,
    _ body: (CabinetLab) async throws -> Void
) async throws {
    let lab = try await CabinetLab(motorTime: motorTime, limits: limits)
    do {
        try await body(lab)
        await lab.stop()
    } catch {
        await lab.stop()
        throw error
    }
}

/// The fault that a body throws, or nil.
func fault(of body: () async throws -> some Any) async -> Fault? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Fault
    }
}
