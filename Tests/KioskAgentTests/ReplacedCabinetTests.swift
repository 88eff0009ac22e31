import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import KioskAgent

/// Another controller, or another journal, under an order of which nobody knows what became of it.
@Suite(.serialized) struct ReplacedCabinetTests {
    @Test(.timeLimit(.minutes(1)))
    func `after the journal was lost under an order nobody orders again; a person says what fell`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            // The controller has seen numbers of this kiosk.
            _ = try await life.agent.homeSlot(HomeOrder(slot: 14, by: "T-7"), token: life.token())
            let visit = try await life.signedVisit()
            await rig.dispenser.dieAfterStart(.journalLossAfterDrop)
            await expectFault(.dispenserUnknown) { _ = try await life.agent.dispense(visit, token: life.token()) }
            await expectFault(.cabinetReplaced) { _ = try await life.agent.dispense(visit, token: life.token()) }
            // A homing gives the blank journal a higher number; what it does not know it still does not know.
            _ = try await life.agent.homeSlot(HomeOrder(slot: 14, by: "T-7"), token: life.token())
            await expectFault(.cabinetReplaced) { _ = try await life.agent.dispense(visit, token: life.token()) }
            let stuck = try await life.agent.visit(visit)
            #expect(stuck.state == .needsPerson && stuck.fault?.code == FaultCode.cabinetReplaced.rawValue)
            #expect(stuck.dispense.map(\.state) == ["unknown"])
            #expect(await rig.dispenser.droppedBoxes == 1)

            let number = try #require(stuck.dispense.first).transaction
            _ = try await life.agent.resolve(
                visit, transaction: number, dropped: true, by: "T-7", token: life.token())
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `another controller at the next start can't say that an order never started, not even the first`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            await rig.dispenser.dieAfterStart(.hang)
            let dispensing = Task { try? await life.agent.dispense(visit, token: life.token()) }
            await expectEventually { await !rig.dispenser.isAnswering }
            await life.agent.stop()
            #expect(await dispensing.value == nil)
            return visit
        }
        let other = try SimulatedDispenser(
            journalPath: rig.folder.cabinet + "/other.bin", slots: Provisioning.slots, unit: 0x4C41_4201)
        await rig.server.unplug("1-4")
        await rig.server.plug(other, at: "1-4")
        try await rig.withAgent(port: port) { life in
            try await expectEventually { try await life.state(of: visit) == .needsPerson }
            await expectFault(.cabinetReplaced) { _ = try await life.agent.dispense(visit, token: life.token()) }
            #expect(await other.droppedBoxes == 0)
            let number = try #require(try await life.agent.visit(visit).dispense.first).transaction
            _ = try await life.agent.resolve(
                visit, transaction: number, dropped: false, by: "T-7", token: life.token())
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await other.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test func `a controller is doubted by its number, by its mark, and for what came before it`() {
        let known = CabinetController(unit: 7, mark: 20, first: 15)
        #expect(known.doubt(about: 21, unit: 7, mark: 20) == nil)
        #expect(known.doubt(about: 15, unit: nil, mark: 90) == nil)
        #expect(known.doubt(about: 14, unit: 7, mark: 90) != nil)
        #expect(known.doubt(about: 21, unit: 8, mark: 20) != nil)
        #expect(known.doubt(about: 21, unit: 7, mark: 19) != nil)
        #expect(CabinetController(unit: nil, mark: 0, first: 0).doubt(about: 1, unit: 3, mark: 0) == nil)
    }
}
