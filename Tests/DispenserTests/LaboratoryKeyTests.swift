import Dispenser
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

/// A controller into which anybody could load a firmware, at a kiosk for patients. Behind a serial bridge nothing else
/// tells that it is a laboratory's.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LaboratoryKeyTests {
    /// As in production, but for the bus: the simulated device itself would be refused before.
    private static func strict(_ lab: CabinetLab) -> CabinetDriver {
        CabinetDriver(
            binding: USBRoleBinding(
                host: lab.host, role: USBRole(name: "dispenser", interfaceClass: 0x02), allowsSimulated: true),
            limits: .test)
    }

    @Test func `it gives no box and turns no motor, and the status says why`() async throws {
        try await withCabinet { (lab) async throws in
            let driver = Self.strict(lab)
            let fault = await driver.status().fault
            #expect(fault?.code == .firmwareLaboratoryKey)
            await expectFault(.firmwareLaboratoryKey) { _ = try await driver.dispense(transaction: 1, slot: 1) }
            await expectFault(.firmwareLaboratoryKey) { _ = try await driver.home(transaction: 1, slot: 1) }
            #expect(try await driver.highWaterMark() == 0, "no order left")
            #expect(await lab.cabinet.droppedBoxes == 0)
            await driver.shutdown()
            #expect(try await lab.dispense(1, slot: 1) == .done, "a laboratory takes the same controller")
        }
    }

    @Test func `what it did before is still told, and a firmware can be put into it`() async throws {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.dispense(1, slot: 1) == .done)
            await lab.driver.shutdown()
            let driver = Self.strict(lab)
            #expect(try await driver.query(transaction: 1) == .done)
            #expect(try await driver.dispense(transaction: 1, slot: 1) == .done, "the journal's answer")
            try await driver.acknowledge(transaction: 1)
            #expect(await lab.cabinet.heldOutcomes == 0)
            #expect(try await driver.firmware().laboratoryKey)
            let newer = try FirmwareImage.simulated(version: "0.5.0").bytes
            #expect(try await driver.install(firmware: newer).version == "0.5.0")
            #expect(await lab.cabinet.droppedBoxes == 1)
            await driver.shutdown()
        }
    }
}
