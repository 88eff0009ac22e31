import Dispenser
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

/// The technician's side of the machine, over the wire.
@Suite(.serialized) struct HomingTests {
    @Test(.timeLimit(.minutes(1))) func `a homing is sent once; where its answer is lost, the journal tells`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.dieAfterStart(.powerLossBeforeDrop)
            #expect(try await lab.dispense(1, slot: 1) == .interrupted)
            await expectFault(.dispenserSlotFault) { _ = try await lab.dispense(2, slot: 1) }
            await lab.cabinet.loseNextReply(.outcome)
            let homing = try await lab.driver.home(transaction: 2, slot: 1)
            #expect(homing == CabinetHoming(outcome: .done, fallen: 1))
            #expect(await lab.cabinet.droppedBoxes == 1)
            #expect(try await lab.dispense(3, slot: 1) == .done)
            await expectFault(.dispenserRefused) { _ = try await lab.driver.home(transaction: 2, slot: 1) }
            #expect(await lab.cabinet.droppedBoxes == 2)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `nothing is homed behind an open door, nor a slot that is not there`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.driver.door(release: true))
            await expectFault(.dispenserDoorOpen) { _ = try await lab.driver.home(transaction: 1, slot: 1) }
            await lab.cabinet.closeDoor()
            await expectFault(.apiNotFound) { _ = try await lab.driver.home(transaction: 1, slot: 99) }
            await expectFault(.apiNotFound) { _ = try await lab.driver.home(transaction: 1, slot: -1) }
            #expect(try await lab.driver.home(transaction: 1, slot: 2) == CabinetHoming(outcome: .done, fallen: 0))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `an update that is cut off by an unplugged cable is done again from the start`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            let image = try FirmwareImage.simulated(version: "0.5.0").bytes
            async let installing = try? lab.driver.install(firmware: image)
            try await Task.sleep(for: .milliseconds(30))
            await lab.unplug()
            await lab.plug()
            let first = await installing
            let version = try await lab.driver.firmware().version
            #expect(first == nil || version == "0.5.0")
            if version == "0.4.0" {
                #expect(try await lab.driver.install(firmware: image).version == "0.5.0")
            }
        }
    }
}
