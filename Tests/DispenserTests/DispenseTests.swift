import Dispenser
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@Suite(.serialized, .timeLimit(.minutes(1))) struct DispenseTests {
    @Test func `two boxes fall, each under its own number, and the ledger counts two`() async throws {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.highWaterMark() == 0)
            #expect(try await lab.dispense(1, slot: 12) == .done)
            #expect(try await lab.dispense(2, slot: 12) == .done)
            #expect(try await lab.highWaterMark() == 2)
            #expect(await lab.cabinet.droppedBoxes == 2)
            #expect(await lab.cabinet.droppedBoxes(transaction: 1) == 1)
            #expect(await lab.cabinet.boxes(slot: 12) == 8)
        }
    }

    @Test(arguments: SimulatedReplyKind.allCases)
    func `after an answer with a wrong CRC the controller is asked again, and one box falls`(
        kind: SimulatedReplyKind
    ) async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.corruptNextFrame(kind)
            #expect(try await lab.dispense(1, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 1)
        }
    }

    @Test(arguments: SimulatedReplyKind.allCases)
    func `after a lost answer the journal decides, and one box falls`(kind: SimulatedReplyKind) async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.loseNextReply(kind)
            #expect(try await lab.dispense(1, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 1)
        }
    }

    @Test(arguments: [(SimulatedDeath.powerLossBeforeDrop, 0), (.powerLossAfterDrop, 1)])
    func `a controller that loses power in the motion says interrupted, and nothing is repeated`(
        death: SimulatedDeath, boxes: Int
    ) async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.dieAfterStart(death)
            #expect(try await lab.dispense(1, slot: 1) == .interrupted)
            #expect(try await lab.dispense(1, slot: 1) == .interrupted)
            #expect(try await lab.query(1) == .interrupted)
            #expect(await lab.cabinet.droppedBoxes == boxes)
            let other = try await lab.dispense(2, slot: 2)
            #expect(other == .done)
        }
    }

    @Test func `a second box that falls just after the motor stopped makes the order unknown, not done`() async throws {
        try await withCabinet(motorTime: .milliseconds(300)) { (lab) async throws in
            try await lab.cabinet.looseBox(slot: 1, after: .milliseconds(60))
            #expect(try await lab.dispense(1, slot: 1) == .unknown)
            #expect(await lab.cabinet.droppedBoxes(transaction: 1) == 2)
            #expect(try await lab.dispense(2, slot: 1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 3)
        }
    }

    @Test func `a blank journal does not turn a box that fell into one that was never ordered`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            #expect(try await lab.dispense(1, slot: 1) == .done)
            await lab.cabinet.dieAfterStart(.journalLossAfterDrop)
            #expect(try await lab.dispense(2, slot: 1) == .unknown)
            #expect(await lab.cabinet.droppedBoxes == 2)
            #expect(try await lab.highWaterMark() == 0, "the number is not closed by asking")
            // Also where it was the controller's first order of all: it was seen to run.
            await lab.cabinet.dieAfterStart(.journalLossAfterDrop)
            #expect(try await lab.dispense(3, slot: 2) == .unknown)
            #expect(await lab.cabinet.droppedBoxes == 3)
        }
    }

    @Test func `unplugged in the motion and plugged in again, the journal decides`() async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.holdNextTurn()
            async let running = lab.dispense(1, slot: 1)
            await lab.untilHeld()
            await lab.unplug()
            await lab.cabinet.letGo()
            #expect(await eventually { await !lab.cabinet.isMoving })
            await lab.plug()
            let outcome = try await running
            #expect(outcome == .done)
            #expect(await lab.cabinet.droppedBoxes == 1)
        }
    }

    @Test func `unplugged for good the outcome is unknown, until the journal can be asked`() async throws {
        var limits = CabinetLimits.test
        limits.resolve = .milliseconds(600)
        try await withCabinet(limits: limits) { (lab) async throws in
            await lab.cabinet.holdNextTurn()
            async let running = lab.dispense(1, slot: 1)
            await lab.untilHeld()
            await lab.unplug()
            let outcome = try await running
            #expect(outcome == .unknown)
            let lost = await fault { try await lab.query(1) }
            #expect(lost?.code == .usbNotFound)
            await lab.cabinet.letGo()
            #expect(await eventually { await !lab.cabinet.isMoving })
            await lab.plug()
            #expect(try await lab.query(1) == .done)
            #expect(await lab.cabinet.droppedBoxes == 1)
        }
    }

    @Test func `a controller that stops answering after the start leaves the outcome unknown`() async throws {
        try await withCabinet(limits: .impatient) { (lab) async throws in
            await lab.cabinet.dieAfterStart(.hang)
            #expect(try await lab.dispense(1, slot: 1) == .unknown)
            await lab.cabinet.reboot()
            #expect(try await lab.query(1) == .interrupted)
        }
    }

    @Test func `a controller that does not answer at all is a fault, and no order is sent`() async throws {
        try await withCabinet(limits: .impatient) { (lab) async throws in
            await lab.cabinet.hang()
            let fault = await fault { try await lab.dispense(1, slot: 1) }
            #expect(fault?.code == .dispenserUnreachable)
            await lab.cabinet.reboot()
            #expect(try await lab.highWaterMark() == 0)
            #expect(await lab.cabinet.droppedBoxes == 0)
        }
    }

    @Test func `the same number twice, also at the same time, moves once`() async throws {
        try await withCabinet { (lab) async throws in
            async let first = lab.dispense(1, slot: 1)
            async let second = lab.dispense(1, slot: 1)
            let outcomes = try await [first, second]
            #expect(outcomes == [.done, .done])
            await lab.driver.shutdown()
            let other = lab.anotherDriver()
            let third = try await other.dispense(transaction: 1, slot: 1)
            #expect(third == .done)
            let wrong = await fault { try await other.dispense(transaction: 1, slot: 2) }
            #expect(wrong?.code == .dispenserRefused)
            await other.shutdown()
            #expect(await lab.cabinet.droppedBoxes == 1)
        }
    }

    @Test func `orders that come together run one after the other`() async throws {
        try await withCabinet { (lab) async throws in
            async let first = lab.dispense(1, slot: 1)
            async let second = lab.dispense(2, slot: 2)
            let outcomes = await [try? first, try? second]
            // Whichever came first: the numbers only grow, so the lower one may have come too late.
            #expect(outcomes.contains(.done))
            #expect(outcomes.allSatisfy { $0 == .done || $0 == nil })
            #expect(await lab.cabinet.droppedBoxes == outcomes.count { $0 == .done })
        }
    }

    @Test func `a cancelled caller does not tear an order apart`() async throws {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.holdNextTurn()
            let caller = Task { try await lab.dispense(1, slot: 1) }
            await lab.untilHeld()
            caller.cancel()
            await lab.cabinet.letGo()
            #expect(try await caller.value == .done)
            #expect(try await lab.dispense(2, slot: 1) == .done)
        }
    }

    @Test func `a shutdown in the motion ends at once with unknown, and the next start learns the outcome`()
        async throws
    {
        try await withCabinet { (lab) async throws in
            await lab.cabinet.holdNextTurn()
            async let running = lab.dispense(1, slot: 1)
            await lab.untilHeld()
            // The motor stands: whoever waited for the outcome would never end.
            await lab.driver.shutdown()
            let outcome = try await running
            #expect(outcome == .unknown)
            await lab.cabinet.letGo()
            let next = lab.anotherDriver()
            let learnt = try await next.query(transaction: 1)
            #expect(learnt == .done)
            await next.shutdown()
        }
    }
}
