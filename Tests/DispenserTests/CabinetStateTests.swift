import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

@Suite(.serialized, .timeLimit(.minutes(1))) struct CabinetStateTests {
    @Test func `a jam is an outcome, and the slot takes no further order until it is repaired`() async throws {
        try await withCabinet { (lab) async throws in
            try await lab.cabinet.jam(slot: 1)
            #expect(try await lab.dispense(1, slot: 1) == .jam)
            let locked = await fault { try await lab.dispense(2, slot: 1) }
            #expect(locked?.code == .dispenserSlotFault)
            try await lab.cabinet.repair(slot: 1)
            #expect(try await lab.dispense(2, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 1)
        }
    }

    @Test func `no box after the extra turns is no-drop; a hanging box that falls late is done`() async throws {
        try await withCabinet { (lab) async throws in
            try await lab.cabinet.noDrop(slot: 1)
            #expect(try await lab.dispense(1, slot: 1) == .noDrop)
            #expect(await lab.cabinet.droppedBoxes == 0)
            try await lab.cabinet.noDrop(slot: 2, quarterTurns: 2)
            #expect(try await lab.dispense(2, slot: 2) == .done)
            #expect(try await lab.dispense(3, slot: 2) == .done)
            #expect(await lab.cabinet.droppedBoxes == 2)
        }
    }

    @Test func `with the door open no order is sent; opened in the motion it ends as door`() async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.openDoor()
            let open = await fault { try await lab.dispense(1, slot: 1) }
            #expect(open?.code == .dispenserDoorOpen)
            #expect(await lab.driver.status().fault?.code == .dispenserDoorOpen)
            await lab.cabinet.closeDoor()
            #expect(try await lab.highWaterMark() == 0)
            await lab.cabinet.holdNextTurn()
            async let running = lab.dispense(1, slot: 1)
            await lab.untilHeld()
            await lab.cabinet.openDoor()
            await lab.cabinet.letGo()
            let outcome = try await running
            #expect(outcome == .door)
            #expect(await lab.cabinet.droppedBoxes == 0)
        }
    }

    @Test func `a sensor that goes blind in the motion makes the outcome unverified`() async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.holdNextTurn()
            async let running = lab.dispense(1, slot: 1)
            await lab.untilHeld()
            await lab.cabinet.setSensor(blind: true)
            await lab.cabinet.letGo()
            let outcome = try await running
            #expect(outcome == .unverified)
            let refused = await fault { try await lab.dispense(2, slot: 2) }
            #expect(refused?.code == .dispenserRefused)
        }
    }

    @Test func `after the acknowledgement the controller forgets, and still refuses the number`() async throws {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.dispense(5, slot: 1) == .done)
            #expect(await lab.cabinet.heldOutcomes == 1)
            await lab.cabinet.loseNextReply()
            try await lab.driver.acknowledge(transaction: 5)
            try await lab.driver.acknowledge(transaction: 5)
            #expect(await lab.cabinet.heldOutcomes == 0)
            #expect(try await lab.query(5) == .unknown)
            for number in [UInt32(5), 3] {
                let refused = await fault { try await lab.dispense(number, slot: 1) }
                #expect(refused?.code == .dispenserRefused)
            }
            #expect(await lab.cabinet.droppedBoxes == 1)
        }
    }

    @Test func `a number that was asked about first never starts`() async throws {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.query(9) == .notStarted)
            #expect(try await lab.dispense(9, slot: 1) == .notStarted)
            #expect(try await lab.dispense(10, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes(transaction: 9) == 0)
        }
    }

    @Test func `outcomes, high-water mark and ledger are still there after the simulator's restart`() async throws {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.dispense(7, slot: 1) == .done)
            let restarted = try lab.restartedCabinet()
            await lab.plug(restarted)
            #expect(try await lab.query(7) == .done)
            #expect(try await lab.dispense(7, slot: 1) == .done)
            #expect(try await lab.highWaterMark() == 7)
            #expect(await restarted.droppedBoxes == 1)
        }
    }

    @Test func `a log with a damaged record is told of, and orders go on`() async throws {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.dispense(1, slot: 1) == .done)
            try await lab.driver.acknowledge(transaction: 1)
            #expect(try await lab.dispense(2, slot: 1) == .done)
            #expect(await lab.driver.status().fault == nil)
            try lab.damageJournal(record: 1)
            await lab.cabinet.reboot()
            let worn = await lab.driver.status()
            #expect(worn.fault?.code == .cabinetLogDamaged)
            #expect(try await lab.query(2) == .done)
            #expect(try await lab.dispense(3, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 3)
        }
    }

    @Test func `an order for a slot that does not exist is a fault and uses up no number`() async throws {
        try await withCabinet { (lab) async throws in
            for slot in [-1, 0, 3, 300, 65_536, Int.max] {
                let fault = await fault { try await lab.dispense(1, slot: slot) }
                #expect(fault?.code == .dispenserSlotFault, "slot \(slot)")
            }
            for number in [UInt32.max, 1 << 30] {
                let fault = await fault { try await lab.dispense(number, slot: 1) }
                #expect(fault?.code == .dispenserRefused, "number \(number)")
            }
            #expect(try await lab.dispense(1, slot: 1) == .done)
        }
    }

    @Test func `the temperature log is read by number, with its gaps, across a lost answer`() async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.setTemperature(4.25)
            await lab.cabinet.reboot()
            for degrees in [5, nil, -0.5] {
                await lab.cabinet.setTemperature(degrees)
                await lab.cabinet.pass(.seconds(300))
            }
            await lab.cabinet.loseNextReply()
            let log = try await lab.driver.temperature(from: 0)
            #expect(log.readings.suffix(3) == [5, nil, -0.5])
            #expect(log.next == UInt32(log.readings.count))
            let rest = try await lab.driver.temperature(from: log.next - 1)
            #expect(rest.readings == [-0.5])
        }
    }

    @Test func `the status names the role, what serves it, and that it is simulated`() async throws {
        try await withCabinet(limits: .impatient) { (lab) async throws in
            let ready = await lab.driver.status()
            #expect(ready.role == "dispenser")
            #expect(ready.state == .ready)
            #expect(ready.address == CabinetLab.busID)
            #expect(ready.simulated)
            await lab.unplug()
            let missing = await lab.driver.status()
            #expect(missing.state == .missing)
            #expect(missing.fault?.code == .usbNotFound)
            await lab.plug()
            #expect(await lab.driver.status().state == .ready)
            await lab.cabinet.hang()
            #expect(await lab.driver.status().fault?.code == .dispenserUnreachable)
        }
    }
}
