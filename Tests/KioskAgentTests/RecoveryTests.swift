import Dispenser
import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Testing
import USBTransport

/// What an agent finds when it was cut off at the worst place.
@Suite(.serialized) struct RecoveryTests {
    private static func order(
        _ visit: VisitID, of prescription: PrescriptionID, slot: Int, trace: String? = nil, number: UInt32 = 1
    ) -> DispenseTransaction {
        DispenseTransaction(
            number: number, visit: visit, prescription: prescription, line: 0, box: 0, slot: slot, lot: "L2603C",
            trace: trace, intendedAt: Stamp(boot: "b", monotonic: 1, wall: 1, quality: .unconfirmed))
    }

    /// A box falls, and nobody acknowledges it: the kiosk was cut off.
    static func dispense(_ number: UInt32, slot: Int, port: UInt16) async throws {
        let host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(50))
        let cabinet = CabinetDriver(
            binding: USBRoleBinding(
                host: host, role: USBRole(name: "dispenser", path: "1-4", interfaceClass: 0x02),
                allowsSimulated: true), allowsLaboratoryKey: true)
        #expect(try await cabinet.dispense(transaction: number, slot: slot) == .done)
        await cabinet.shutdown()
        await host.shutdown()
    }

    /// Puts a visit that is signed into the middle of its first dispense.
    static func interrupt(
        _ visit: VisitID, as state: VisitState, _ outcome: DispenseOutcome?, in store: Store
    ) async throws {
        var stored = try #require(try await store.fetch(Visit.self, kind: .visit, id: visit))
        var slot = try #require(try await store.fetch(CabinetSlot.self, kind: .cabinetSlot, id: "12"))
        var order = order(
            visit, of: try #require(stored.prescription), slot: 12, trace: slot.boxes.first?.trace)
        stored.state = state
        if let outcome { order.state = .ended(outcome) }
        var change = StoreChange()
        try change.put(stored, kind: .visit, id: visit, visit: visit, state: state.rawValue)
        try change.put(order, kind: .dispense, id: "1", visit: visit, state: outcome?.rawValue ?? "intended")
        slot.boxes[0].order = 1
        try change.put(slot, kind: .cabinetSlot, id: "12", state: "open")
        change.raise(counter: "dispense-transaction", to: 1)
        try await store.commit(change)
    }

    @Test(.timeLimit(.minutes(1)))
    func `an unknown box that the controller can tell after all lets the visit go on, with no second box`() async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { try await $0.signedVisit() }

        try await Self.dispense(1, slot: 12, port: port)
        let store = try rig.openStore()
        try await Self.interrupt(visit, as: .needsPerson, .unknown, in: store)
        try store.close()

        try await rig.withAgent(port: port) { life in
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        #expect(await rig.dispenser.heldOutcomes == 0)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `an unknown box that the controller tells at the start leaves no visit that nobody can move`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { try await $0.signedVisit() }
        let store = try rig.openStore()
        try await Self.interrupt(visit, as: .needsPerson, .unknown, in: store)
        try store.close()
        try await rig.withAgent(port: port) { life in
            // The controller has never seen the number: it closes it, and the box stayed where it was.
            try await expectEventually { try await life.state(of: visit) == .dispensing }
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `what the controller tells when a person resolves is kept, and the visit goes on by it`(fell: Bool)
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { try await $0.signedVisit() }
        if fell { try await Self.dispense(1, slot: 12, port: port) }
        let store = try rig.openStore()
        try await Self.interrupt(visit, as: .needsPerson, .unknown, in: store)
        try store.close()
        await rig.server.unplug("1-4")
        try await rig.withAgent(port: port) { life in
            try await expectEventually { try await life.agent.visit(visit).fault != nil }
            #expect(try await life.state(of: visit) == .needsPerson)
            await rig.server.plug(rig.dispenser, at: "1-4")
            await expectEventually { await life.agent.devices().contains { $0.role == "dispenser" && $0.fault == nil } }
            // The person is wrong both times.
            await expectFault(.visitWrongState) {
                _ = try await life.agent.resolve(
                    visit, transaction: 1, dropped: !fell, by: "T-7", token: life.token())
            }
            let told = try await life.agent.visit(visit)
            #expect(told.state == .dispensing && told.fault == nil)
            #expect(told.dispense.map(\.state) == [fell ? "done" : "not-started"])
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.state(of: visit) == .dispensed)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `one acknowledgement that the controller refuses does not keep the others from it`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            _ = try await life.agent.print(visit, token: life.token())
            return visit
        }
        try await Self.dispense(3, slot: 12, port: port)
        let store = try rig.openStore()
        let prescription = try #require(try await store.fetch(Visit.self, kind: .visit, id: visit)?.prescription)
        // Listed from the newest on: the one above the controller's mark is refused, and comes first.
        for number in [UInt32(3), 4_000_000_000] {
            var order = Self.order(visit, of: prescription, slot: 12, number: number)
            order.state = .ended(.done)
            var change = StoreChange()
            try change.put(order, kind: .dispense, id: String(number), visit: visit, state: "done")
            try await store.commit(change)
        }
        try store.close()
        #expect(await rig.dispenser.heldOutcomes == 1)
        try await rig.withAgent(port: port) { life in
            await expectEventually { await rig.dispenser.heldOutcomes == 0 }
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `one record that does not open is told of, and keeps nothing else of a start from being settled`()
        async throws
    {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { try await $0.signedVisit() }
        try await Self.dispense(1, slot: 12, port: port)
        let store = try rig.openStore()
        try await Self.interrupt(visit, as: .dispensing, nil, in: store)
        for (kind, id) in [(RecordKind.dispense, "99"), (.cabinetAct, "act-99")] {
            var change = StoreChange()
            try change.put(["no": "such record"], kind: kind, id: id, state: "begun")
            try await store.commit(change)
        }
        try store.close()
        try await rig.withAgent(port: port) { life in
            var told = 0
            for await event in await life.agent.events(after: 0) {
                if event.fault?.code == FaultCode.storeDamaged.rawValue { told += 1 }
                if event.prompt?.code == Prompt.waitForMedicine.rawValue { break }
            }
            #expect(told == 2)
            let settled = try await life.agent.visit(visit)
            #expect(settled.dispense.map(\.state) == ["done"])
        }
        #expect(await rig.dispenser.heldOutcomes == 0)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a box whose order never reached the controller goes back into the count of its slot`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { try await $0.signedVisit() }
        let store = try rig.openStore()
        try await Self.interrupt(visit, as: .dispensing, nil, in: store)
        try store.close()
        try await rig.withAgent(port: port) { life in
            _ = try await life.agent.dispense(visit, token: life.token())
            let left = try await life.agent.stock().slots.filter { [11, 12].contains($0.slot) }
            #expect(left.map(\.usable) == [5, 4])
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a visit aborted while the cabinet is gone says that the box is unknown, not under way`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            await rig.server.unplug("1-4")
            try await Self.interrupt(visit, as: .dispensing, nil, in: life.store)
            _ = try await life.agent.abort(visit, token: life.token())
            let view = try await life.agent.visit(visit)
            #expect(view.state == .aborted)
            #expect(view.dispense.map(\.state) == ["unknown"])
            return visit
        }
        // Once the cabinet can tell, the platform hears it: the same resources again, with what became of the box.
        await rig.server.plug(rig.dispenser, at: "1-4")
        try await rig.withAgent(port: port) { life in
            try await expectEventually {
                try await life.agent.visit(visit).dispense.map(\.state) == ["not-started"]
            }
            let bundles = try await Self.consultations(of: visit, life.store)
            let statuses = try bundles.map { try Self.dispenses($0) }
            #expect(statuses.map(\.values.first) == ["unknown", "cancelled"])
            #expect(Set(statuses.flatMap(\.keys)).count == 1)
        }
        try await rig.withAgent(port: port) { life in
            try await expectEventually { try await life.agent.status().prompt != nil }
            let told = try await Self.consultations(of: visit, life.store).count
            #expect(told == 2)
        }
        await rig.server.stop()
    }

    /// A visit's messages as they are queued, in their order.
    static func consultations(of visit: VisitID, _ store: Store) async throws -> [[UInt8]] {
        try await store.pendingOutbox(limit: 99).compactMap { item in
            guard case .ready(let entry) = item, entry.item.visit == visit else { return nil }
            return entry.item.body
        }
    }

    /// The dispenses of a bundle: status by id.
    static func dispenses(_ bundle: [UInt8]) throws -> [String: String] {
        struct Outline: Decodable {
            struct Entry: Decodable {
                struct Resource: Decodable {
                    let resourceType: String
                    let id: String
                    let status: String?
                }

                let resource: Resource
            }

            let entry: [Entry]
        }
        let resources = try JSONDecoder().decode(Outline.self, from: Data(bundle)).entry.map(\.resource)
        return Dictionary(
            uniqueKeysWithValues: resources.filter { $0.resourceType == "MedicationDispense" }.map {
                ($0.id, $0.status ?? "")
            })
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slip whose outcome could not be stored asks a person, without a restart`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let id = try await life.signedVisit()
            _ = try await life.agent.dispense(id, token: life.token())
            var visit = try #require(try await life.store.fetch(Visit.self, kind: .visit, id: id))
            visit.state = .printing
            var job = PrintJob(id: "job", visit: id, documentNumber: "N", queuedAt: visit.openedAt)
            job.state = .sending
            var change = StoreChange()
            try change.put(visit, kind: .visit, id: id, visit: id, state: visit.state.rawValue)
            try change.put(job, kind: .print, id: job.id, visit: id, state: job.state.name)
            try await life.store.commit(change)

            await expectFault(.printerUnknown) { _ = try await life.agent.print(id, token: life.token()) }
            #expect(try await life.state(of: id) == .needsPerson)
            _ = try await life.agent.resolvePrint(id, printed: true, by: "T-7", token: life.token())
            #expect(try await life.state(of: id) == .closed)
        }
        #expect(await rig.printer.pages.isEmpty)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a signed visit ends as usual on a kiosk whose registry has ended meanwhile`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let visit = try await rig.withAgent(port: port) { try await $0.signedVisit() }
        try await rig.withAgent(port: port, registry: false) { life in
            _ = try await life.agent.dispense(visit, token: life.token())
            _ = try await life.agent.print(visit, token: life.token())
            #expect(try await life.state(of: visit) == .closed)
            #expect(try await life.agent.queue(limit: 50).filter { $0.kind == "consultation" }.count == 1)
        }
        #expect(await rig.printer.pages.count == 1)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a listener from before a restart gets what the new run has to tell`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let events = try await rig.withAgent(port: port) { life in
            _ = try await life.openVisit()
            return await life.agent.events(after: 1_000_000)
        }
        var count = 0
        for await _ in events { count += 1 }
        #expect(count > 0)
        await rig.server.stop()
    }
}
