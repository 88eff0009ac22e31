import Foundation
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Testing

@testable import KioskAgent

/// Warmth shuts exactly what suffered from it: M003 in slot 14 keeps between 0 and 20 degrees, the others are not bound.
@Suite(.serialized) struct TemperatureTests {
    /// Five minutes pass for cabinet and kiosk.
    static func pass(_ degrees: Double?, times: Int, _ rig: AgentRig, _ clock: TestClock) async {
        for _ in 0..<times {
            await rig.dispenser.setTemperature(degrees)
            await rig.dispenser.pass(.seconds(300))
            clock.advance(by: .seconds(300))
        }
    }

    static func blocks(_ life: AgentLife) async throws -> [Int: SlotBlock] {
        let slots = try await life.agent.stock().slots
        return Dictionary(uniqueKeysWithValues: slots.compactMap { slot in slot.block.map { (slot.slot, $0) } })
    }

    func withDay(
        startingAt degrees: Double? = 18, _ body: @Sendable (AgentRig, AgentLife, TestClock) async throws -> Void
    ) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let clock = TestClock(wall: Int64(Date().timeIntervalSince1970 * 1000))
        await rig.dispenser.setTemperature(degrees)
        try await rig.withAgent(port: port, clock: clock) { life in
            // Its own look at the log, in between cabinet's and kiosk's five minutes, would see two clocks apart.
            await expectEventually { await life.agent.watchesTemperature }
            try await body(rig, life, clock)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a day of temperatures shuts the slot of the medicine that was too warm, and no other`() async throws {
        try await withDay { rig, life, clock in
            await Self.pass(17.5, times: 100, rig, clock)
            await Self.pass(20.5, times: 40, rig, clock)
            _ = try await life.agent.temperature()
            // Half a degree is the thermometer's own error.
            #expect(try await Self.blocks(life).isEmpty)
            await Self.pass(20.6, times: 1, rig, clock)
            await Self.pass(18, times: 147, rig, clock)
            let view = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .temperature])
            #expect(view.kept == 289)
            #expect((view.least, view.most) == (17.5, 20.6))
            #expect((288...289).contains(view.readings.count))
            let gaps = zip(view.readings, view.readings.dropFirst()).map { $1.at - $0.at }
            #expect(gaps.allSatisfy { $0 <= 30 * 60_000 && $0 > 0 })
            let fault = try await life.agent.status().faults.first { $0.code == FaultCode.cabinetTemperature.rawValue }
            #expect(fault?.detail == "slot 14")
            #expect(try await life.agent.stock().slots.first { $0.slot == 14 }?.lock?.by == "kioskd")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slot that a pharmacist opened stays open until it is too warm again`() async throws {
        try await withDay { rig, life, clock in
            await Self.pass(25, times: 2, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .temperature])
            let open = SlotLockOrder(slot: 14, locked: false, reason: "pharmacist", by: "T-7")
            _ = try await life.agent.lockSlot(open, token: life.token())
            await Self.pass(18, times: 3, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
            await Self.pass(25, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .temperature])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a time of which nobody knows how warm it was shuts what needs to be known`() async throws {
        try await withDay { rig, life, clock in
            await Self.pass(nil, times: 6, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
            await Self.pass(nil, times: 3, rig, clock)
            _ = try await life.agent.temperature()
            let faults = try await life.agent.status().faults.map(\.code)
            #expect(faults.contains(FaultCode.cabinetThermometer.rawValue))
            #expect(try await Self.blocks(life) == [14: .temperature], "while it is silent, not when it is back")
            let open = SlotLockOrder(slot: 14, locked: false, reason: "pharmacist", by: "T-7")
            await expectFault(.cabinetThermometer) { _ = try await life.agent.lockSlot(open, token: life.token()) }
            await Self.pass(18, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .temperature])
            _ = try await life.agent.lockSlot(open, token: life.token())
            await Self.pass(18, times: 9, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
            let after = try await life.agent.status().faults.map(\.code)
            #expect(!after.contains(FaultCode.cabinetThermometer.rawValue))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a thermometer that never gave a reading shuts the slots after the same time`() async throws {
        try await withDay(startingAt: nil) { rig, life, clock in
            await Self.pass(nil, times: 7, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
            await Self.pass(nil, times: 1, rig, clock)
            await expectFault(.rxMedicineUnknown) {
                _ = try await life.agent.dispense(try await Self.visitForM003(life), token: life.token())
            }
            #expect(try await Self.blocks(life) == [14: .temperature])
            #expect(await rig.dispenser.droppedBoxes == 0)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an excursion under another lock comes out when that lock is opened`() async throws {
        try await withDay { rig, life, clock in
            let shut = SlotLockOrder(slot: 14, locked: true, reason: "cleaning", by: "T-7")
            let open = SlotLockOrder(slot: 14, locked: false, reason: "cleaned", by: "T-7")
            _ = try await life.agent.lockSlot(shut, token: life.token())
            await Self.pass(25, times: 1, rig, clock)
            await Self.pass(18, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .locked])
            _ = try await life.agent.homeSlot(HomeOrder(slot: 14, by: "T-7"), token: life.token())
            #expect(try await Self.blocks(life) == [14: .locked])
            _ = try await life.agent.lockSlot(open, token: life.token())
            #expect(try await Self.blocks(life) == [14: .temperature])

            // Nor does a lock that comes after it, or a homing, make it forgotten.
            _ = try await life.agent.homeSlot(HomeOrder(slot: 14, by: "T-7"), token: life.token())
            #expect(try await Self.blocks(life) == [14: .temperature])
            _ = try await life.agent.lockSlot(shut, token: life.token())
            #expect(try await Self.blocks(life) == [14: .locked])
            _ = try await life.agent.lockSlot(open, token: life.token())
            #expect(try await Self.blocks(life) == [14: .temperature])
            _ = try await life.agent.lockSlot(open, token: life.token())
            #expect(try await Self.blocks(life).isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an excursion behind a lock goes with the boxes that suffered it`() async throws {
        try await withDay { rig, life, clock in
            let shut = SlotLockOrder(slot: 14, locked: true, reason: "cleaning", by: "T-7")
            _ = try await life.agent.lockSlot(shut, token: life.token())
            await Self.pass(25, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            await rig.dispenser.pass(.seconds(5))
            clock.advance(by: .seconds(5))
            let fresh = RefillOrder(
                slot: 14, medicine: "M003", lot: "LN", expiry: "2028-06-30", traces: ["81000031000099000900"],
                counted: 1, replace: true, by: "T-7")
            _ = try await life.agent.refill(fresh, token: life.token())
            #expect(try await Self.blocks(life).isEmpty)
            _ = try await life.agent.lockSlot(shut, token: life.token())
            let open = SlotLockOrder(slot: 14, locked: false, reason: "cleaned", by: "T-7")
            _ = try await life.agent.lockSlot(open, token: life.token())
            #expect(try await Self.blocks(life).isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a log that can't be taken over gives no medicine that must be kept cool`() async throws {
        try await withDay { rig, life, clock in
            let visit = try await Self.visitForM003(life)
            await Self.pass(30, times: 1, rig, clock)
            var change = StoreChange()
            try change.put(["next": "?"], kind: .agentState, id: TemperatureCursor.id, state: "current")
            try await life.store.commit(change)
            await #expect(throws: Fault.self) { try await life.agent.dispense(visit, token: life.token()) }
            #expect(await rig.dispenser.droppedBoxes == 0)
            #expect(try await life.agent.visit(visit).dispense.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a cable that damages every temperature makes no controller without a thermometer`() async throws {
        try await withDay { rig, life, clock in
            let visit = try await Self.visitForM003(life)
            await Self.pass(25, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .temperature])
            let open = SlotLockOrder(slot: 14, locked: false, reason: "pharmacist", by: "T-7")
            await rig.dispenser.corruptEachFrame(.temperature)
            await expectFault(.dispenserProtocol) { _ = try await life.agent.lockSlot(open, token: life.token()) }
            await rig.dispenser.corruptEachFrame(nil)
            _ = try await life.agent.lockSlot(open, token: life.token())

            await rig.dispenser.corruptEachFrame(.temperature)
            await Self.pass(30, times: 100, rig, clock)
            await expectFault(.dispenserProtocol) { _ = try await life.agent.dispense(visit, token: life.token()) }
            #expect(await life.agent.stockFaults().map(\.detail).contains("temperatures: only damaged frames came"))

            // Another cable: the night is judged before a box is sent for.
            await rig.dispenser.corruptEachFrame(nil)
            await expectFault(.rxMedicineUnknown) { _ = try await life.agent.dispense(visit, token: life.token()) }
            #expect(try await Self.blocks(life) == [14: .temperature])
            #expect(await rig.dispenser.droppedBoxes == 0)
        }
    }

    private static func visitForM003(_ life: AgentLife) async throws -> VisitID {
        let one = PrescriptionLine(
            medicine: "M003", name: "氯雷他定片", strength: "10 mg × 6 片", boxes: 1, dose: "10 mg", route: "口服",
            frequency: "每日一次", days: 5)
        try await life.signIn()
        let visit = try await life.openVisit()
        let draft = PrescriptionDraft(diagnosis: AgentRig.draft.diagnosis, lines: [one])
        _ = try await life.agent.prescribe(visit, draft, token: life.token())
        _ = try await life.agent.sign(visit, prescription: nil, pin: Secret(LabDoctor.pin), token: life.token())
        return visit
    }

    @Test(.timeLimit(.minutes(1)))
    func `a controller that was off for a night tells it by the gap, and its new numbers are taken from the first`()
        async throws
    {
        try await withDay { rig, life, clock in
            await Self.pass(18, times: 5, rig, clock)
            _ = try await life.agent.temperature()
            clock.advance(by: .seconds(8 * 3600))
            await rig.dispenser.reboot()
            await Self.pass(18, times: 2, rig, clock)
            let view = try await life.agent.temperature()
            #expect(view.kept == 8)
            #expect(try await Self.blocks(life) == [14: .temperature])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a kiosk's clock that is set makes no reading be kept twice`() async throws {
        try await withDay { rig, life, clock in
            await Self.pass(18, times: 5, rig, clock)
            let before = try await life.agent.temperature()
            clock.setWall(clock.stamp().wall + 600_000)
            await Self.pass(18, times: 1, rig, clock)
            let after = try await life.agent.temperature()
            #expect(before.kept == 6)
            #expect(after.kept == 7)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a box that was loaded after the warm hours has not suffered`() async throws {
        try await withDay { rig, life, clock in
            await Self.pass(25, times: 4, rig, clock)
            let fresh = RefillOrder(
                slot: 14, medicine: "M003", lot: "LN", expiry: "2028-06-30", traces: ["81000031000099000900"],
                counted: 1,
                replace: true, by: "T-7")
            // The log tells a reading's age in whole seconds.
            await rig.dispenser.pass(.seconds(5))
            clock.advance(by: .seconds(5))
            _ = try await life.agent.refill(fresh, token: life.token())
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what was too warm overnight does not fall in the morning, whether anybody asked or not`() async throws {
        try await withDay { rig, life, clock in
            let visit = try await Self.visitForM003(life)
            await Self.pass(30, times: 1, rig, clock)
            await expectFault(.rxMedicineUnknown) { _ = try await life.agent.dispense(visit, token: life.token()) }
            #expect(await rig.dispenser.droppedBoxes == 0)
        }
    }
}
