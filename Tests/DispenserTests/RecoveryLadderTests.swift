import Dispenser
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

/// A cabinet that is attached and does not answer: what the kiosk does about it by itself, and what it leaves alone.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RecoveryLadderTests {
    /// No pauses but the one of a device that is given up.
    private static func timing(outOfService: Duration = .milliseconds(300)) -> USBRecoveryTiming {
        var timing = USBRecoveryTiming()
        timing.pauses = [.outOfService: outOfService]
        timing.longest = outOfService
        timing.patience = .zero
        return timing
    }

    private static func binding(_ host: any USBHost, _ timing: USBRecoveryTiming = timing()) -> USBRoleBinding {
        USBRoleBinding(
            host: host, role: USBRole(name: "dispenser", interfaceClass: 0x02), allowsSimulated: true, timing: timing)
    }

    /// The controller has its power from its port.
    private static func switched(_ lab: CabinetLab) -> SwitchedPortHost {
        SwitchedPortHost(lab.host) { () async throws(USBError) in
            await lab.unplug()
            await lab.plug()
        } power: {
            await lab.unplug()
            await lab.cabinet.reboot()
            await lab.plug()
        }
    }

    /// The rungs that so many questions to a silent controller climb.
    private static func climb(
        _ binding: USBRoleBinding, _ driver: CabinetDriver, questions: Int
    ) async -> [USBRecoveryRung?] {
        var rungs: [USBRecoveryRung?] = []
        for _ in 0..<questions {
            #expect(await driver.status().fault?.code == .dispenserUnreachable)
            rungs.append(await binding.recovery.rung)
        }
        return rungs
    }

    private static func driver(_ binding: USBRoleBinding) -> CabinetDriver {
        CabinetDriver(binding: binding, limits: .impatient, allowsLaboratoryKey: true)
    }

    @Test func `a silent controller is opened anew, its halts cleared, its port reset, and its port's power helps`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            let host = Self.switched(lab)
            let binding = Self.binding(host)
            let driver = Self.driver(binding)
            #expect(await driver.status().fault == nil)
            await lab.cabinet.hang()
            let rungs = await Self.climb(binding, driver, questions: 5)
            #expect(rungs == [.retry, .retry, .clearHalt, .portReset, .portPower])
            #expect(host.done == ["reset"], "the rung that was named last comes at the next question")
            let status = await driver.status()
            #expect(status.fault == nil, "\(String(describing: status.fault))")
            #expect(host.done == ["reset", "power"])
            let counts = await binding.recovery.counts
            #expect(counts[.retry]?.tried == 2 && counts[.retry]?.helped == 0)
            #expect(counts[.clearHalt]?.tried == 1 && counts[.clearHalt]?.helped == 0)
            #expect(counts[.portPower]?.tried == 1 && counts[.portPower]?.helped == 1)
            #expect(await binding.recoveryFault == nil)
            #expect(try await driver.dispense(transaction: 1, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 1)
            await driver.shutdown()
        }
    }

    @Test func `where nothing helps the cabinet is out of service, takes no order, and comes back by itself`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            let binding = Self.binding(lab.host, Self.timing(outOfService: .seconds(4)))
            let driver = Self.driver(binding)
            #expect(await driver.status().fault == nil)
            await lab.cabinet.hang()
            let rungs = await Self.climb(binding, driver, questions: 4)
            #expect(rungs == [.retry, .retry, .clearHalt, .outOfService], "over USB/IP no port can be reset")
            await lab.cabinet.reboot()
            // It would answer now; while the pause lasts nobody asks it.
            let refused = await expectFault(.usbOutOfService) {
                _ = try await driver.dispense(transaction: 1, slot: 1)
            }
            #expect(refused?.device == "dispenser")
            #expect(await driver.status().fault?.code == .usbOutOfService)
            await expectEventually { await driver.status().fault == nil }
            #expect(await binding.recovery.counts[.outOfService]?.helped == 1)
            #expect(await binding.recovery.rung == nil)
            #expect(try await driver.dispense(transaction: 1, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 1)
            await driver.shutdown()
        }
    }

    @Test func `while an order is under way nothing is reset, however long the controller is silent`() async throws {
        try await withCabinet { (lab) async throws in
            let host = Self.switched(lab)
            let binding = Self.binding(host)
            let driver = Self.driver(binding)
            await lab.cabinet.dieAfterStart(.hang)
            #expect(try await driver.dispense(transaction: 1, slot: 1) == .unknown)
            #expect(await binding.recovery.failures == 0)
            #expect(host.done.isEmpty)
            // Afterwards it is a device like any other.
            #expect(await driver.status().fault?.code == .dispenserUnreachable)
            #expect(await binding.recovery.failures == 1)
            await driver.shutdown()
        }
    }

    @Test func `a link that breaks under an order and can't be opened for a while brings no reset when it can`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            let host = Self.switched(lab)
            let binding = Self.binding(host)
            let driver = CabinetDriver(binding: binding, limits: .test, allowsLaboratoryKey: true)
            #expect(await driver.status().fault == nil)
            await lab.cabinet.holdNextTurn()
            async let outcome = driver.dispense(transaction: 1, slot: 1)
            await lab.untilHeld()
            // The fourth failure in a row is followed by a reset of the port, the fifth by its power.
            host.failOpenings(5)
            await lab.unplug()
            await lab.plug()
            await expectEventually { host.openingsToFail == 0 }
            await lab.cabinet.letGo()
            #expect(try await outcome == .done)
            #expect(host.done.isEmpty, "the motor was turning")
            #expect(await binding.recovery.failures == 0)
            #expect(await binding.recovery.counts.isEmpty)
            #expect(await lab.cabinet.droppedBoxes == 1)
            await driver.shutdown()
        }
    }
}
