import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import SimulatedDevices
import Testing

/// What a technician does with the cabinet's machine: homing, the door, the firmware.
@Suite(.serialized) struct MachineTests {
    private func withLife(_ body: @Sendable (AgentRig, AgentLife) async throws -> Void) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { try await body(rig, $0) }
        await rig.server.stop()
    }

    private static func decode<View: Decodable>(_ reply: StoredReply) throws -> View {
        try JSONDecoder().decode(View.self, from: Data(reply.body))
    }

    private static func acts(_ life: AgentLife) async throws -> [CabinetAct] {
        try await life.store.list(CabinetAct.self, kind: .cabinetAct, limit: 10).records.map(\.value)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slot at home is homed without a turn, stays open, and who did it is kept`() async throws {
        try await withLife { rig, life in
            let reply = try await life.agent.homeSlot(HomeOrder(slot: 12, by: "T-7"), token: life.token())
            let view: HomingView = try Self.decode(reply)
            #expect(view == HomingView(slot: 12, outcome: .done, fallen: 0, locked: false))
            #expect(try await life.agent.stock().slots.first { $0.slot == 12 }?.lock == nil)
            let act = try #require(try await Self.acts(life).first)
            #expect(act.kind == .home && act.by == "T-7" && act.result?.hasPrefix("done") == true)
            #expect(await rig.dispenser.heldOutcomes == 0, "the number is acknowledged")
            #expect(try await life.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a box that falls in a homing leaves the slot shut until it is counted`() async throws {
        try await withLife { rig, life in
            // An order of a visit that power interrupted before its box fell.
            let visit = try await life.signedVisit()
            await rig.dispenser.dieAfterStart(.powerLossBeforeDrop)
            _ = await #expect(throws: Fault.self) {
                try await life.agent.dispense(visit, token: life.token())
            }
            let dropped = await rig.dispenser.droppedBoxes
            let slot = try #require(try await life.agent.visit(visit).dispense.first?.slot)
            let reply = try await life.agent.homeSlot(HomeOrder(slot: slot, by: "T-7"), token: life.token())
            let view: HomingView = try Self.decode(reply)
            #expect(view == HomingView(slot: slot, outcome: .done, fallen: 1, locked: true))
            #expect(await rig.dispenser.droppedBoxes == dropped + 1)
            #expect(try await life.agent.stock().slots.first { $0.slot == slot }?.lock?.by == "T-7")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a homing that the end of kioskd cut off leaves the slot shut, and the controller is asked at the next start`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let slot = try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            await rig.dispenser.dieAfterStart(.powerLossBeforeDrop)
            _ = await #expect(throws: Fault.self) {
                try await life.agent.dispense(visit, token: life.token())
            }
            let slot = try #require(try await life.agent.visit(visit).dispense.first?.slot)
            // It never answers, so the homing can't have ended.
            await rig.dispenser.dieAfterStart(.hang)
            let homing = Task {
                try? await life.agent.homeSlot(HomeOrder(slot: slot, by: "T-7"), token: life.token())
            }
            // The act is stored before the order is sent; an agent that stops in between opens the slot again.
            await expectEventually { await !rig.dispenser.isAnswering }
            await life.agent.stop()
            #expect(await homing.value == nil)
            #expect(try await Self.acts(life).map(\.result) == [nil])
            return slot
        }
        await rig.dispenser.reboot()
        try await rig.withAgent(port: port) { life in
            #expect(try await life.agent.stock().slots.first { $0.slot == slot }?.lock?.by == "T-7")
            let act = try #require(try await Self.acts(life).first)
            #expect(act.result == "interrupted" || act.result == "not-started")
            #expect(await rig.dispenser.heldOutcomes == 0)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func `the door is let go, under a name, and not for nobody`() async throws {
        try await withLife { rig, life in
            let reply = try await life.agent.openDoor(DoorOrder(by: "T-7"), token: life.token())
            let view: DoorView = try Self.decode(reply)
            #expect(view.open)
            #expect(await rig.dispenser.isDoorOpen)
            #expect(try await Self.acts(life).first?.kind == .open)
            await expectFault(.apiMalformed) {
                _ = try await life.agent.openDoor(DoorOrder(by: ""), token: life.token())
            }
            await rig.dispenser.closeDoor()
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a signed, newer firmware is installed and confirmed; others are refused and kept as refused`() async throws {
        try await withLife { rig, life in
            let before = try await life.agent.cabinetFirmware()
            #expect(before.version == "0.4.0" && before.board == "simulated" && before.laboratoryKey)
            let newer = try FirmwareImage.simulated(version: "0.5.0").bytes
            let reply = try await life.agent.updateFirmware(Self.order(newer), token: life.token())
            let after: CabinetFirmware = try Self.decode(reply)
            #expect(after.version == "0.5.0" && !after.onTrial && after.standby == "0.4.0")
            let stranger = try FirmwareImage.simulated(version: "0.6.0", seed: [UInt8](repeating: 7, count: 32)).bytes
            for bad in [newer, stranger, Array(newer.dropLast()), [1, 2, 3]] {
                await expectFault(.firmwareRefused) {
                    _ = try await life.agent.updateFirmware(Self.order(bad), token: life.token())
                }
            }
            #expect(try await life.agent.cabinetFirmware().version == "0.5.0")
            let results = try await Self.acts(life).map { $0.result ?? "" }
            #expect(results.count == 5)
            #expect(results.count { $0.hasPrefix("K-DSP-019") } == 4)
            // It still dispenses.
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(await rig.dispenser.droppedBoxes == 2)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `no firmware is changed while a visit is open`() async throws {
        try await withLife { _, life in
            _ = try await life.openVisit()
            let newer = try FirmwareImage.simulated(version: "0.5.0").bytes
            await expectFault(.cabinetInUse) {
                _ = try await life.agent.updateFirmware(Self.order(newer), token: life.token())
            }
            #expect(try await life.agent.cabinetFirmware().version == "0.4.0")
            #expect(try await Self.acts(life).isEmpty)
        }
    }

    private static func order(_ image: [UInt8]) -> FirmwareOrder {
        FirmwareOrder(image: Data(image).base64EncodedString(), by: "T-7")
    }
}
