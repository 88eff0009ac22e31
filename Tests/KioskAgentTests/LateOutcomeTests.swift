import KioskAgent
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Testing

/// What became of a box is learnt after its visit has ended: from the controller, or from a person.
@Suite(.serialized) struct LateOutcomeTests {
    /// A visit that is ended while the cabinet is gone, with its first box on the way; gives the box's trace code, too.
    ///
    /// The cabinet is unplugged then, and what it knows of the order is not asked yet.
    private static func endInDoubt(
        _ rig: AgentRig, _ port: UInt16, fell: Bool,
        then act: @Sendable (AgentLife, VisitID, String) async throws -> Void
    ) async throws -> (visit: VisitID, trace: String) {
        let visit = try await rig.withAgent(port: port) { try await $0.signedVisit() }
        if fell { try await RecoveryTests.dispense(1, slot: 12, port: port) }
        await rig.server.unplug("1-4")
        let trace = try await rig.withAgent(port: port) { life in
            try await RecoveryTests.interrupt(visit, as: .dispensing, nil, in: life.store)
            let front = try await life.agent.stock().slots.first { $0.slot == 12 }?.boxes.first
            let trace = try #require(front?.trace)
            _ = try await life.agent.abort(visit, token: life.token())
            #expect(try await life.agent.visit(visit).dispense.map(\.state) == ["unknown"])
            try await act(life, visit, trace)
            return trace
        }
        return (visit, trace)
    }

    /// All of slot 12 scanned anew, or all but one box.
    private static func replace(_ life: AgentLife, but missing: String? = nil) async throws {
        let boxes = try await life.agent.stock().slots.first { $0.slot == 12 }?.boxes ?? []
        let codes = boxes.compactMap(\.trace).filter { $0 != missing }
        _ = try await life.agent.refill(
            RefillOrder(
                slot: 12, medicine: "M002", lot: "L2603C", expiry: "2027-12-31", traces: codes, counted: codes.count,
                replace: true, by: "T-7"), token: life.token())
    }

    private static func load(_ trace: String, _ life: AgentLife) async throws {
        _ = try await life.agent.refill(
            RefillOrder(
                slot: 12, medicine: "M002", lot: "L2603C", expiry: "2027-12-31", traces: [trace], counted: 5, by: "T-7"),
            token: life.token())
    }

    private static func box(_ trace: String, _ life: AgentLife) async throws -> BoxRecord? {
        try await life.store.fetch(BoxRecord.self, kind: .cabinetBox, id: trace)
    }

    private static func block(_ life: AgentLife) async throws -> SlotBlock? {
        try await life.agent.stock().slots.first { $0.slot == 12 }?.block
    }

    /// What the platform is told of the visit's one box, message by message.
    private static func told(_ visit: VisitID, _ life: AgentLife) async throws -> [String?] {
        let bundles = try await RecoveryTests.consultations(of: visit, life.store)
        return try bundles.map { try RecoveryTests.dispenses($0).values.first }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `a box of an ended visit that no controller can tell of is settled by a person; the next patient goes on`(
        dropped: Bool
    ) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            // The controller has seen numbers of this kiosk.
            _ = try await life.agent.homeSlot(HomeOrder(slot: 14, by: "T-7"), token: life.token())
            let visit = try await life.signedVisit()
            await rig.dispenser.dieAfterStart(.journalLossAfterDrop)
            await expectFault(.dispenserUnknown) { _ = try await life.agent.dispense(visit, token: life.token()) }
            _ = try await life.agent.abort(visit, token: life.token())
            let order = try #require(try await life.agent.visit(visit).dispense.first)
            #expect(try await Self.block(life) == .inDoubt)
            rig.reader.removeCard()
            let next = try await life.openVisit("wang-fang")

            let resolve = { () async throws in
                _ = try await life.agent.resolve(
                    visit, transaction: order.transaction, dropped: dropped, by: "T-7", token: life.token())
            }
            try await resolve()
            let settled = try await life.agent.visit(visit)
            #expect(settled.state == .aborted)
            #expect(settled.dispense.map(\.state) == [dropped ? "done" : "no-drop"])
            #expect(try await Self.told(visit, life) == ["unknown", dropped ? "completed" : "stopped"])
            #expect(try await Self.block(life) == nil)
            let trace = try #require(order.trace)
            #expect(try await Self.box(trace, life)?.state == (dropped ? .given : .inSlot))
            await expectFault(.visitWrongState) { try await resolve() }

            #expect(try await life.state(of: next) == .opened)
            #expect(try await life.agent.status().prompt?.code == Prompt.seeDoctor.rawValue)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `what the controller tells of an ended visit's box goes before a person's word`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        _ = try await Self.endInDoubt(rig, port, fell: true) { life, visit, trace in
            await rig.server.plug(rig.dispenser, at: "1-4")
            await expectEventually { await life.agent.devices().contains { $0.role == "dispenser" && $0.fault == nil } }
            await expectFault(.visitWrongState) {
                _ = try await life.agent.resolve(visit, transaction: 1, dropped: false, by: "T-7", token: life.token())
            }
            let settled = try await life.agent.visit(visit)
            #expect(settled.state == .aborted)
            #expect(settled.dispense.map(\.state) == ["done"])
            #expect(try await Self.told(visit, life) == ["unknown", "completed"])
            #expect(try await Self.box(trace, life)?.state == .given)
        }
        #expect(await rig.dispenser.heldOutcomes == 0)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a box that was taken out in doubt comes in by nobody's guess, and is given once the controller says so`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let (visit, trace) = try await Self.endInDoubt(rig, port, fell: true) { life, _, trace in
            try await Self.replace(life, but: trace)
            #expect(try await Self.box(trace, life)?.state == .removed)
            await expectFault(.stockTraceDuplicate) { try await Self.load(trace, life) }
        }
        await rig.server.plug(rig.dispenser, at: "1-4")
        try await rig.withAgent(port: port) { life in
            try await expectEventually { try await life.agent.visit(visit).dispense.map(\.state) == ["done"] }
            let box = try #require(try await Self.box(trace, life))
            #expect(box.state == .given)
            #expect(box.transaction == 1)
            #expect(try await Self.block(life) == nil)
            await expectFault(.stockTraceDuplicate) { try await Self.load(trace, life) }
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a box that was taken out in doubt comes in again once a person has said that it did not fall`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        _ = try await Self.endInDoubt(rig, port, fell: false) { life, visit, trace in
            try await Self.replace(life, but: trace)
            await expectFault(.stockTraceDuplicate) { try await Self.load(trace, life) }
            _ = try await life.agent.resolve(visit, transaction: 1, dropped: false, by: "T-7", token: life.token())
            try await Self.load(trace, life)
            #expect(try await Self.box(trace, life)?.state == .inSlot)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slot with a box that fell, by the controller, and was scanned there since waits for a person`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let (visit, trace) = try await Self.endInDoubt(rig, port, fell: true) { life, _, _ in
            try await Self.replace(life)
            #expect(try await Self.block(life) == nil)
        }
        await rig.server.plug(rig.dispenser, at: "1-4")
        try await rig.withAgent(port: port) { life in
            try await expectEventually { try await life.agent.visit(visit).dispense.map(\.state) == ["done"] }
            #expect(try await Self.block(life) == .locked)
            // No motor has to be put right: a homing does not open it.
            _ = try await life.agent.homeSlot(HomeOrder(slot: 12, by: "T-7"), token: life.token())
            #expect(try await Self.block(life) == .locked)
            #expect(try await Self.box(trace, life)?.state == .inSlot)
        }
        await rig.server.stop()
    }
}
