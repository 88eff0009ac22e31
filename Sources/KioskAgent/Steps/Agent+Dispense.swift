import KioskModel
import Prescribing

extension Agent {
    public func dispense(_ id: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in try await self.dispense(id, answering: token) }
        }
    }

    private func dispense(_ id: VisitID, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        guard !technicianAtCabinet else { throw Fault(.cabinetInUse, "a technician is at the cabinet") }
        var visit = try await requireVisit(id)
        var transactions = try await transactions(of: id)
        switch visit.state {
        case .signed, .dispensing: break
        case .needsPerson where transactions.contains(where: \.isOpenQuestion): break
        case .opened, .prescribed: throw Fault(.visitWrongState, "the prescription is not signed")
        case .dispensed, .printing, .closed: throw Fault(.rxAlreadyDispensed)
        case .needsPerson: throw Fault(.visitNeedsPerson)
        case .aborted: throw Fault(.visitWrongState, "the visit is aborted")
        }
        guard let prescriptionID = visit.prescription else { throw Fault(.visitWrongState, "no prescription") }
        let prescription = try await requirePrescription(prescriptionID)
        try PrescriptionSignature.checkOwn(
            prescription, visit: id, kiosk: configuration.kiosk, key: parts.deviceKey.verifyingKey)
        if await parts.cabinet.status().simulated { visit.simulated.insert("dispenser") }

        // What was too warm overnight must be shut before a box of it is sent for.
        await followTemperature()
        do throws(Fault) {
            try await askOpenQuestions(&visit, &transactions)
            visit.state = .dispensing
            for (line, wanted) in prescription.lines.enumerated() {
                for box in 0..<wanted.boxes where !transactions.isSettled(line: line, box: box) {
                    try await dispenseBox(line: line, box: box, of: prescription, &visit, &transactions)
                }
            }
        } catch {
            try await keep(error, on: &visit)
            throw error
        }
        visit.state = .dispensed
        visit.fault = nil
        let reply = try await answer(
            try await view(of: visit, prescription: prescription, transactions: transactions, printJob: nil),
            AgentChange(visit: visit), token)
        hub.emit("step", visit: id, state: "dispense")
        hub.emit("visit", visit: id, state: visit.state.rawValue)
        say(.takeMedicine, visit: id)
        return reply
    }

    /// Asks the controller's journal about every order whose outcome is not known here; asking never moves a motor.
    func askOpenQuestions(_ visit: inout Visit, _ transactions: inout [DispenseTransaction]) async throws(Fault) {
        var doubt: Fault?
        for index in transactions.indices where transactions[index].isOpenQuestion {
            let answer = try await askController(about: transactions[index].number)
            // Cut off by a shutdown it says nothing: the next start asks again.
            if stopping, answer.outcome == .unknown {
                throw Fault(.visitInterrupted, "transaction \(transactions[index].number)")
            }
            doubt = doubt ?? answer.doubt
            try await settle(at: index, of: &transactions, as: answer.outcome, &visit)
        }
        if let bad = transactions.first(where: \.needsPerson), let outcome = bad.outcome {
            throw doubt
                ?? Fault(
                    outcome.fault ?? .dispenserUnknown, "transaction \(bad.number), slot \(bad.slot)",
                    device: "dispenser")
        }
    }

    /// Settles an order by what the controller could tell after all: a visit that needed a person for it alone goes on.
    func settle(
        at index: Int, of transactions: inout [DispenseTransaction], as outcome: DispenseOutcome,
        _ visit: inout Visit
    ) async throws(Fault) {
        let others = transactions.indices.contains { $0 != index && transactions[$0].needsPerson }
        if visit.state == .needsPerson, !others { visit.state = .dispensing }
        try await settle(&transactions[index], as: outcome, &visit)
    }

    /// Gets one box, from whichever slot gives it: one that the controller holds is shut in the books, and the next asked.
    private func dispenseBox(
        line: Int, box: Int, of prescription: Prescription, _ visit: inout Visit,
        _ transactions: inout [DispenseTransaction]
    ) async throws(Fault) {
        var held: [HeldSlot] = []
        while let slot = try await sendForBox(
            line: line, box: box, of: prescription, passing: held, &visit, &transactions)
        {
            held.append(slot)
        }
    }

    /// Sends for one box, once. The slot where the controller holds it, and nothing was sent.
    private func sendForBox(
        line: Int, box: Int, of prescription: Prescription, passing held: [HeldSlot], _ visit: inout Visit,
        _ transactions: inout [DispenseTransaction]
    ) async throws(Fault) -> HeldSlot? {
        let medicine = prescription.lines[line].medicine
        try requireJudged(medicine)
        let (number, controller) = try await nextTransactionNumber()
        var inventory = try await inventory()
        let passed = Set(held.map(\.slot))
        let failed = passed.union(transactions.filter { $0.outcome?.fault != nil }.map(\.slot))
        guard let slot = nextSlot(medicine, in: inventory, for: visit.mode, failed: failed),
            let front = slot.boxes.first, !passed.contains(slot.slot)
        else {
            let shut = inventory.shut(medicine, for: visit.mode.slotUse).map { "; \($0)" }.joined()
            throw held.last?.fault
                ?? Fault(.rxMedicineUnknown, "lines[\(line)]: no box left\(shut)", device: "dispenser")
        }
        // The visit goes on without that slot; a technician hears of it all the same.
        if let last = held.last { report(last.fault, visit: visit.id) }
        var order = DispenseTransaction(
            number: number, visit: visit.id, prescription: prescription.id, line: line,
            box: box, slot: slot.slot, lot: front.lot, expiry: front.expiry, trace: front.trace,
            intendedAt: clock.stamp())
        visit.state = .dispensing
        var intent = AgentChange(visit: visit)
        intent.transaction = order
        intent.stock = [.controller(controller)]
        if let sent = inventory.send(order.number, from: slot.slot) { intent.stock.append(.slot(sent)) }
        try await commit(intent)
        transactions.append(order)
        hub.emit("visit", visit: visit.id, state: visit.state.rawValue)

        let outcome: DispenseOutcome
        do {
            outcome = try await parts.cabinet.dispense(transaction: order.number, slot: order.slot)
        } catch {
            // Nothing was sent: the order ends as not started.
            let isHeld = error.code == .dispenserSlotFault
            try await settle(
                &order, as: .notStarted, &visit,
                shutting: isHeld ? .ofController(error, at: clock.stamp()) : nil)
            transactions[transactions.count - 1] = order
            guard isHeld else { throw error }
            return HeldSlot(slot: order.slot, fault: error)
        }
        // Cut off by a shutdown, the intent stays open: the next start asks the controller.
        if stopping, outcome == .unknown { throw Fault(.visitInterrupted, "transaction \(order.number)") }
        try await settle(&order, as: outcome, &visit)
        transactions[transactions.count - 1] = order
        if outcome == .notStarted {
            throw Fault(.dispenserRefused, "transaction \(order.number) was not started", device: "dispenser")
        }
        if let code = outcome.fault {
            throw Fault(code, "transaction \(order.number), slot \(order.slot)", device: "dispenser")
        }
        return nil
    }

    /// Persists an outcome, then lets the controller forget it; an unacknowledged one is only asked again. With it a lock
    /// for the slot, where the order found that it gives nothing.
    func settle(
        _ order: inout DispenseTransaction, as outcome: DispenseOutcome, _ visit: inout Visit,
        shutting lock: CabinetSlot.Lock? = nil
    ) async throws(Fault) {
        order.state = .ended(outcome)
        order.endedAt = clock.stamp()
        if order.needsPerson { visit.state = .needsPerson }
        var change = AgentChange(visit: visit)
        change.transaction = order
        change.stock = try await stockChanges(after: order, shutting: lock)
        try await commit(change)
        // An unknown one stays with the controller: it may still tell.
        if outcome != .unknown { await acknowledge(order) }
    }
}

/// A slot that the controller gives nothing from until somebody has seen to it.
private struct HeldSlot {
    let slot: Int
    let fault: Fault
}

extension DispenseTransaction {
    /// Nobody here knows yet what became of it, but the controller may.
    var isOpenQuestion: Bool { outcome == nil || outcome == .unknown }

    /// Only a person can settle it.
    var needsPerson: Bool { outcome?.fault != nil && resolvedBy == nil }
}

extension [DispenseTransaction] {
    /// Whether a box fell, so that it is never ordered again.
    func isSettled(line: Int, box: Int) -> Bool {
        contains { $0.line == line && $0.box == box && $0.outcome == .done }
    }
}
