import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskTestSupport
import Testing

/// What lies in the cabinet, and that only what may be handed out falls.
@Suite(.serialized) struct StockTests {
    /// Codes of the laboratory's M002, which is not in any slot yet.
    private static func codes(_ count: Int, from first: Int = 900) -> [String] {
        (0..<count).map { "81000021000099000\(first + $0)" }
    }

    private static func order(
        _ codes: [String], slot: Int = 13, medicine: String = "M002", lot: String = "L2606X",
        expiry: String = "2028-06-30", counted: Int, uses: Set<SlotUse>? = nil, replace: Bool = false
    ) -> RefillOrder {
        RefillOrder(
            slot: slot, medicine: medicine, lot: lot, expiry: expiry, traces: codes, counted: counted, uses: uses,
            replace: replace, by: "T-7")
    }

    private static func slot(_ number: Int, _ life: AgentLife) async throws -> SlotView {
        try #require(try await life.agent.stock().slots.first { $0.slot == number })
    }

    private func withStock(
        clock: any KioskClock = SystemClock(), _ body: @Sendable (AgentRig, AgentLife) async throws -> Void
    ) async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, clock: clock) { try await body(rig, $0) }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a box's lot, expiry and trace code go from the refill into the dispense and its bundle`() async throws {
        try await withStock { rig, life in
            let visit = try await life.signedVisit()
            let before = try await Self.slot(12, life).boxes
            _ = try await life.agent.dispense(visit, token: life.token())
            let row = try #require(try await life.agent.visit(visit).dispense.first)
            #expect(row.slot == 12)
            #expect(row.trace == before.first?.trace)
            #expect(row.lot == "L2603C")
            #expect(try await Self.slot(12, life).boxes == Array(before.dropFirst()))
            let trace = try #require(row.trace)
            let box = try #require(try await life.store.fetch(BoxRecord.self, kind: .cabinetBox, id: trace))
            #expect(box.state == .given)
            #expect(box.transaction == row.transaction)
            _ = try await life.agent.print(visit, token: life.token())
            let bodies = try await life.store.pendingOutbox(limit: 9).compactMap { pending in
                if case .ready(let entry) = pending, entry.item.kind == "consultation" { entry.item.body } else { nil }
            }
            let body = try #require(bodies.first)
            let text = String(decoding: body, as: UTF8.self)
            #expect(text.contains(trace))
            #expect(text.contains("\"lotNumber\":\"L2603C\""))
            #expect(text.contains("\"expirationDate\":\"2027-12-31\""))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a refill is stored whole: boxes behind those that were there, each under its code`() async throws {
        try await withStock { _, life in
            let codes = Self.codes(3)
            _ = try await life.agent.refill(Self.order(codes, counted: 8), token: life.token())
            let slot = try await Self.slot(13, life)
            #expect(slot.boxes.map(\.lot) == Array(repeating: "L2605F", count: 5) + ["L2606X", "L2606X", "L2606X"])
            #expect(slot.boxes.suffix(3).map(\.trace) == codes)
            #expect(slot.usable == 8)
            #expect(try await life.store.verifyAudit().isWhole)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a refill that is wrong in one thing stores nothing`() async throws {
        try await withStock { _, life in
            let before = try await life.agent.stock()
            let one = Self.codes(1)
            let present = try #require(try await Self.slot(12, life).boxes.first?.trace)
            let wrong: [(FaultCode, RefillOrder)] = [
                (.stockCountDiffers, Self.order(one, counted: 7)),
                (.stockTraceInvalid, Self.order(["123"], counted: 6)),
                (.stockTraceDuplicate, Self.order(one + one, counted: 7)),
                (.stockTraceDuplicate, Self.order([present], counted: 6)),
                (.stockWrongBox, Self.order(["81000011000099000900"], counted: 6)),
                (.stockWrongBox, Self.order(one, medicine: "M001", counted: 6)),
                (.stockWrongBox, Self.order(one, expiry: "2026-01-31", counted: 6)),
                (.stockWrongBox, Self.order(one, expiry: "2028-03-30", counted: 6)),
                (.stockWrongBox, Self.order(one, counted: 6, uses: [.sale])),
                (.rxMedicineUnknown, Self.order(one, medicine: "M999", counted: 6)),
                (.apiMalformed, Self.order(one, slot: 40, counted: 1)),
                (.apiMalformed, Self.order(one, expiry: "2028-02-30", counted: 6)),
                (.apiMalformed, Self.order([], counted: 5)),
            ]
            for (code, order) in wrong {
                await expectFault(code) { _ = try await life.agent.refill(order, token: life.token()) }
            }
            #expect(try await life.agent.stock() == before)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a code that was given once never comes into the cabinet again; one that was taken out may`() async throws {
        try await withStock { _, life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            let given = try #require(try await life.agent.visit(visit).dispense.first?.trace)
            await expectFault(.stockTraceDuplicate) {
                _ = try await life.agent.refill(Self.order([given], counted: 6), token: life.token())
            }
            let codes = Self.codes(2)
            // The slot is emptied but for two new boxes; what lay there is out.
            let removed = try await Self.slot(13, life).boxes.compactMap(\.trace)
            _ = try await life.agent.refill(Self.order(codes, counted: 2, replace: true), token: life.token())
            #expect(try await Self.slot(13, life).boxes.compactMap(\.trace) == codes)
            let back = Self.order([removed[0]], lot: "L2605F", expiry: "2028-07-31", counted: 3)
            _ = try await life.agent.refill(back, token: life.token())
            #expect(try await Self.slot(13, life).boxes.count == 3)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a recalled lot stays where it is, from the moment on, without any network`() async throws {
        try await withStock { rig, life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.recall(
                RecallOrder(lot: "L2603C", medicine: nil, reason: "test", by: "T-7"), token: life.token())
            #expect(try await Self.slot(12, life).block == .recalled)
            #expect(try await life.agent.status().faults.map(\.code).contains(FaultCode.stockSlotBlocked.rawValue))
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.agent.visit(visit).dispense.map(\.slot) == [13, 11])
            await expectFault(.stockWrongBox) {
                _ = try await life.agent.refill(
                    Self.order(Self.codes(1), slot: 12, lot: "L2603C", expiry: "2027-12-31", counted: 6),
                    token: life.token())
            }
            let lift = RecallOrder(lot: "L2603C", medicine: nil, reason: "over", lifted: true, by: "T-7")
            _ = try await life.agent.recall(lift, token: life.token())
            #expect(try await Self.slot(12, life).block == nil)
            await expectFault(.apiNotFound) { _ = try await life.agent.recall(lift, token: life.token()) }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `slots shut by themselves on the day after their front box's last one`() async throws {
        let start = Int64(Date().timeIntervalSince1970 * 1000)
        let clock = TestClock(wall: start)
        try await withStock(clock: clock) { _, life in
            let expiry = try #require(ExpiryDate(try await life.agent.stock().day))
            let today = "\(expiry)"
            _ = try await life.agent.refill(
                Self.order(Self.codes(2), slot: 40, lot: "LX", expiry: today, counted: 2, uses: [.pickUp]),
                token: life.token())
            #expect(try await Self.slot(40, life).block == nil)
            clock.advance(by: .seconds(86_400))
            #expect(try await Self.slot(40, life).block == .expired)
            // A clock that goes back behind the refill opens nothing.
            clock.setWall(start - 86_400_000 * 400)
            #expect(try await life.agent.stock().day == today)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a lot that has expired by the trusted time is not fresh by a clock that was set back`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let machine = TestClock(wall: Int64(Date().timeIntervalSince1970 * 1000))
        let clock = FlooredClock(machine, path: rig.folder.data + "/time.floor")
        try await rig.withAgent(port: port, clock: clock) { life in
            let slot = try await Self.slot(12, life)
            #expect(slot.block == nil && slot.usable > 0)
            let end = try #require(slot.boxes.first?.expiry)
            let expired = try Date("\(end)T00:00:00Z", strategy: .iso8601).addingTimeInterval(2 * 86_400)
            await clock.learn(Int64(expired.timeIntervalSince1970 * 1000), isNow: true)
            let after = try await Self.slot(12, life)
            #expect(after.block == .expired)
            #expect(after.usable == 0)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `what expires first falls first, whichever slot it lies in`() async throws {
        try await withStock { rig, life in
            let code = Self.codes(1)
            _ = try await life.agent.refill(
                Self.order(code, slot: 14, lot: "LY", expiry: "2027-06-30", counted: 1, uses: [.pickUp], replace: true),
                token: life.token())
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            let rows = try await life.agent.visit(visit).dispense
            #expect(rows.map(\.slot) == [14, 11])
            #expect(rows.first?.trace == code[0])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a vending kiosk gives nothing from a slot for pick-up, and the other way round`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, mode: .retailVending) { life in
            let blocks = try await life.agent.stock().slots.map(\.block)
            #expect(blocks == [nil, .wrongUse, .wrongUse, .wrongUse, .wrongUse])
        }
        try await rig.withAgent(port: port) { life in
            let all = try await life.agent.stock().slots
            #expect(all.allSatisfy { $0.block == nil })
            let onlySale = Self.order(
                (0..<2).map { "8100001100009900090\($0)" }, slot: 11, medicine: "M001", lot: "LZ", counted: 2,
                uses: [.sale], replace: true)
            _ = try await life.agent.refill(onlySale, token: life.token())
            #expect(try await Self.slot(11, life).block == .wrongUse)
            #expect(try await Self.slot(11, life).usable == 0)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a box of which nobody knows shuts its slot until it is settled or counted`() async throws {
        try await withStock { rig, life in
            let visit = try await life.signedVisit()
            await rig.dispenser.dieAfterStart(.powerLossBeforeDrop)
            await expectFault(.dispenserUnknown) { _ = try await life.agent.dispense(visit, token: life.token()) }
            let slot = try await Self.slot(12, life)
            #expect(slot.block == .inDoubt)
            #expect(slot.boxes.count == 5)
            let scanned = slot.boxes.compactMap(\.trace)
            // Counting does not pass over an order that the visit still has to settle.
            let count = Self.order(
                scanned, slot: 12, lot: "L2603C", expiry: "2027-12-31", counted: 5, replace: true)
            await expectFault(.stockWrongBox) { _ = try await life.agent.refill(count, token: life.token()) }
            _ = try await life.agent.abort(visit, token: life.token())
            _ = try await life.agent.refill(count, token: life.token())
            #expect(try await Self.slot(12, life).block == nil)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `who saw the box fall takes it out of its slot; who saw that it did not leaves it there`() async throws {
        for dropped in [true, false] {
            try await withStock { rig, life in
                let visit = try await life.signedVisit()
                await rig.dispenser.dieAfterStart(.powerLossBeforeDrop)
                await expectFault(.dispenserUnknown) { _ = try await life.agent.dispense(visit, token: life.token()) }
                let transaction = try #require(try await life.agent.visit(visit).dispense.first).transaction
                _ = try await life.agent.resolve(
                    visit, transaction: transaction, dropped: dropped, by: "T-7", token: life.token())
                #expect(try await Self.slot(12, life).boxes.count == (dropped ? 4 : 5))
                #expect(try await Self.slot(12, life).block == nil)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slot that a person shut gives nothing until a person opens it`() async throws {
        try await withStock { _, life in
            let shut = SlotLockOrder(slot: 12, locked: true, reason: "door bent", by: "T-7")
            _ = try await life.agent.lockSlot(shut, token: life.token())
            #expect(try await Self.slot(12, life).block == .locked)
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.agent.visit(visit).dispense.map(\.slot) == [13, 11])
            let open = SlotLockOrder(slot: 12, locked: false, reason: "mended", by: "T-7")
            _ = try await life.agent.lockSlot(open, token: life.token())
            #expect(try await Self.slot(12, life).block == nil)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the count of a store from before is taken over once: what was given is gone from the front`() async throws {
        let rig = try AgentRig()
        let store = try rig.openStore()
        var change = StoreChange()
        try change.put(["ordered": [12: 2]], kind: .agentState, id: "stock", state: "current")
        try await store.commit(change)
        try store.close()
        let port = try await rig.plug()
        let left = try await rig.withAgent(port: port) { life in try await Self.slot(12, life).boxes }
        #expect(left.count == 3)
        #expect(left.compactMap(\.trace) == (3...5).map { "810000210000\(12_000_000 + $0)" })
        let again = try await rig.withAgent(port: port) { life in try await Self.slot(12, life).boxes }
        #expect(again == left)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slot below its par level is a warning that says which`() async throws {
        try await withStock { _, life in
            let order = RefillOrder(
                slot: 13, medicine: "M002", lot: "L2606X", expiry: "2028-06-30", traces: Self.codes(1), counted: 6,
                par: 9, by: "T-7")
            _ = try await life.agent.refill(order, token: life.token())
            let fault = try await life.agent.status().faults.first { $0.code == FaultCode.stockLow.rawValue }
            #expect(fault?.detail == "slot 13: 6 of 9")
        }
    }
}
