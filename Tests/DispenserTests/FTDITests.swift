import Dispenser
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

@Suite(.serialized, .timeLimit(.minutes(1))) struct FTDITests {
    @Test func `behind an FTDI bridge the line is set, status bytes are taken off, and one box falls`() async throws {
        let folder = TemporaryFolder("ftdi")
        let cabinet = try SimulatedDispenser(
            journalPath: folder.file("journal"), slots: [1: 3], motorTime: .milliseconds(40))
        let bridge = FTDIBridge(cabinet)
        let server = USBIPServer()
        let port = try await server.start()
        await server.plug(bridge, at: "1-4")
        let host = USBIPHost(host: "127.0.0.1", port: port)
        let role = USBRole(name: "dispenser", vendorID: 0x0403)
        let driver = CabinetDriver(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: true), limits: .test,
            allowsLaboratoryKey: true)
        let outcome = try await driver.dispense(transaction: 1, slot: 1)
        #expect(outcome == .done)
        await cabinet.loseNextReply(.outcome)
        let second = try await driver.dispense(transaction: 2, slot: 1)
        #expect(second == .done)
        #expect(await cabinet.droppedBoxes == 2)
        #expect(bridge.seen.prefix(7) == ["0:0", "3:1a", "4:8", "2:0", "9:2", "1:101", "1:202"])
        await cabinet.hang()
        await expectFault(.dispenserUnreachable) { _ = try await driver.dispense(transaction: 3, slot: 1) }
        await driver.shutdown()
        await host.shutdown()
        await server.stop()
    }
}
