import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import KioskAgent

/// A slot that the controller holds because it failed, while the books still say that boxes lie in it.
@Suite(.serialized) struct JammedSlotTests {
    /// A visit whose box jams in the slot; staff saw that none fell. Nobody clears the slot.
    private static func jam(_ slot: Int, _ rig: AgentRig, _ life: AgentLife) async throws -> VisitID {
        let visit = try await life.signedVisit()
        try await rig.dispenser.jam(slot: slot)
        await expectFault(.dispenserJam) { _ = try await life.agent.dispense(visit, token: life.token()) }
        let jammed = try #require(try await life.agent.visit(visit).dispense.last)
        #expect(jammed.slot == slot)
        _ = try await life.agent.resolve(
            visit, transaction: jammed.transaction, dropped: false, by: "T-7", token: life.token())
        return visit
    }

    private static func slot(_ number: Int, _ life: AgentLife) async throws -> SlotView {
        try #require(try await life.agent.stock().slots.first { $0.slot == number })
    }

    /// The patient takes the card along; then the next one comes.
    private static func nextVisit(_ rig: AgentRig, _ life: AgentLife) async throws -> VisitID {
        rig.reader.removeCard()
        await expectEventually { await life.agent.cardsPresent.isEmpty }
        return try await life.signedVisit()
    }

    private static func home(_ slot: Int, _ life: AgentLife) async throws -> HomingView {
        let reply = try await life.agent.homeSlot(HomeOrder(slot: slot, by: "T-7"), token: life.token())
        return try JSONDecoder().decode(HomingView.self, from: Data(reply.body))
    }

    @Test(.timeLimit(.minutes(1)))
    func `after a jam that nobody cleared the next visit gets its box from the other column, and the slot is shut`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let first = try await Self.jam(12, rig, life)
            _ = try await life.agent.dispense(first, token: life.token())
            _ = try await life.agent.print(first, token: life.token())
            #expect(await rig.dispenser.droppedBoxes == 2)
            #expect(try await Self.slot(12, life).block == nil)

            let second = try await Self.nextVisit(rig, life)
            _ = try await life.agent.dispense(second, token: life.token())
            let rows = try await life.agent.visit(second).dispense
            #expect(rows.map(\.slot) == [12, 13, 11])
            #expect(rows.map(\.state) == ["not-started", "done", "done"])
            #expect(await rig.dispenser.droppedBoxes == 4)
            #expect(await rig.dispenser.boxes(slot: 12) == 5)

            let shut = try await Self.slot(12, life)
            #expect(shut.block == .locked && shut.usable == 0)
            #expect(shut.lock?.by == "kioskd")
            #expect(shut.boxes.allSatisfy { $0.order == nil })
            let faults = try await life.agent.status().faults
            #expect(faults.contains { $0.code == FaultCode.stockSlotBlocked.rawValue })

            // The motor does not come home yet: the slot stays shut. Cleared and homed, it gives again.
            #expect(try await Self.home(12, life).outcome == .jam)
            #expect(try await Self.slot(12, life).block == .locked)
            try await rig.dispenser.repair(slot: 12)
            #expect(try await Self.home(12, life).outcome == .done)
            #expect(try await Self.slot(12, life).block == nil)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `where no other column holds the medicine the visit waits for the technician, and then goes on`() async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await Self.jam(11, rig, life)
            await expectFault(.dispenserSlotFault) { _ = try await life.agent.dispense(visit, token: life.token()) }
            let again = await #expect(throws: Fault.self) {
                try await life.agent.dispense(visit, token: life.token())
            }
            #expect(again?.detail.hasSuffix("no box left; slot 11 locked") == true)
            #expect(await rig.dispenser.droppedBoxes == 1)
            try await rig.dispenser.repair(slot: 11)
            _ = try await Self.home(11, life)
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }
}
