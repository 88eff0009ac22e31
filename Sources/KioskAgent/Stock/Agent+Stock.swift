import KioskModel
import KioskStore
import Prescribing

extension Agent {
    public func stock() async throws(Fault) -> StockView {
        await recovered()
        return try await inventory().view(for: configuration.mode.slotUse)
    }

    func inventory() async throws(Fault) -> Inventory {
        try await requireFilling()
        return try await StockReader(store: store, formulary: parts.formulary, mode: configuration.mode)
            .inventory(by: clock)
    }

    /// What is wrong with the stock, or with reading it.
    func stockFaults() async -> [Fault] {
        do throws(Fault) {
            let thermometer = temperatureFault.map { [$0] } ?? []
            return thermometer + (try await inventory().faults(for: configuration.mode.slotUse))
        } catch {
            return [error]
        }
    }

    /// Holds the cabinet for a technician's act; a visit's step under way, or another technician, refuses it.
    func atCabinet(_ body: @Sendable () async throws(Fault) -> StoredReply) async throws(Fault) -> StoredReply {
        guard occupied.isEmpty else { throw Fault(.cabinetInUse, "a step of a visit is under way") }
        guard !technicianAtCabinet else { throw Fault(.cabinetInUse, "another act of a technician is under way") }
        guard !serviced.contains(Self.cabinetRole) else {
            throw Fault(.cabinetInUse, "the cabinet's controller is being reset")
        }
        technicianAtCabinet = true
        defer { technicianAtCabinet = false }
        return try await body()
    }

    /// Answers with the slots that a change concerned.
    func answerStock(
        _ changes: [StockChange], slots: Set<Int>, _ token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        var after = try await inventory()
        after.apply(changes)
        let change = AgentChange.with { $0.stock = changes }
        let reply = try await answer(after.view(for: configuration.mode.slotUse, only: slots), change, token)
        for fault in after.faults(for: configuration.mode.slotUse) { report(fault) }
        return reply
    }

    // MARK: Orders

    /// The slot that gives the next box: the one whose front box expires first. One that failed in this visit is taken
    /// only where no other holds the medicine.
    func nextSlot(
        _ medicine: String, in inventory: Inventory, for mode: ServiceMode, failed: Set<Int>
    ) -> CabinetSlot? {
        let usable = inventory.usable(medicine, for: mode.slotUse)
        return usable.first { !failed.contains($0.slot) } ?? usable.first
    }

    /// What an order's end changes in the stock. `lock` shuts the slot of one that found it held by the controller.
    func stockChanges(
        after order: DispenseTransaction, shutting lock: CabinetSlot.Lock? = nil
    ) async throws(Fault) -> [StockChange] {
        guard let (held, given) = try await inventory().settled(order) else {
            return try await stockChanges(afterLate: order)
        }
        if let lock {
            var locks = try await locks(of: held)
            locks.shut(lock)
            return try await changes(held, locks)
        }
        guard let given, let trace = given.trace else { return [.slot(held)] }
        let box = BoxRecord(
            trace: trace, medicine: held.slot.medicine, lot: given.lot, expiry: given.expiry, slot: order.slot,
            state: .given, transaction: order.number, at: clock.stamp(), by: given.loadedBy)
        return [.slot(held), .box(box, expecting: nil)]
    }

    /// A box that fell, by what is known now, is in no slot under its order any more: a technician emptied the slot.
    ///
    /// Taken out in doubt, it was given. Scanned into a slot since, it was seen there: code and order contradict each
    /// other, and the slot gives nothing until a person has looked.
    private func stockChanges(afterLate order: DispenseTransaction) async throws(Fault) -> [StockChange] {
        guard order.outcome == .done, let trace = order.trace,
            let known = try await store.record(BoxRecord.self, kind: .cabinetBox, id: trace)
        else { return [] }
        let box = known.value
        switch box.state {
        case .given: return []
        case .removed:
            guard box.transaction == order.number else { return [] }
            let given = BoxRecord(
                trace: trace, medicine: box.medicine, lot: order.lot, expiry: order.expiry ?? box.expiry,
                slot: order.slot, state: .given, transaction: order.number, at: clock.stamp(), by: box.by)
            return [.box(given, expecting: known.revision)]
        case .inSlot:
            let detail = "\(trace) fell for order \(order.number), and was scanned here: look for it"
            return try await slot(
                box.slot, shutBy: .init(reason: .person, detail: detail, by: "kioskd", at: clock.stamp()))
        }
    }

    // MARK: The first filling

    /// Returns when the first filling is stored: a start whose disk failed must not leave a cabinet without boxes.
    func requireFilling() async throws(Fault) {
        guard !isFilled else { return }
        let task =
            filling
            ?? Task { () -> Result<Void, Fault> in
                defer { filling = nil }
                do throws(Fault) {
                    try await takeOverFilling()
                    isFilled = true
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
        filling = task
        try await task.value.get()
    }

    /// Takes over what a formulary says that the cabinet held, once: into a store that knows no slot yet.
    ///
    /// Stores of before counted the boxes ordered from each slot; those are gone from its front.
    private func takeOverFilling() async throws(Fault) {
        guard try await store.list(CabinetSlot.self, kind: .cabinetSlot, limit: 1).records.isEmpty else { return }
        let former = try await store.fetch(FormerStockUsage.self, kind: .agentState, id: FormerStockUsage.id)
        let open = try await store.values(
            DispenseTransaction.self, kind: .dispense, states: ["intended", "unknown", "interrupted", "unverified"])
        let now = clock.stamp()
        var changes: [StockChange] = []
        for medicine in parts.formulary.medicines {
            for filled in medicine.slots {
                let inDoubt = open.filter { $0.slot == filled.slot && $0.resolvedBy == nil }.map(\.number).sorted()
                let gone = max(0, (former?.ordered[filled.slot] ?? 0) - inDoubt.count)
                changes += Self.filling(filled, of: medicine, gone: gone, inDoubt: inDoubt, at: now)
            }
        }
        guard !changes.isEmpty else { return }
        try await commit(.with { $0.stock = changes })
        logger.notice("the cabinet's stock was taken over from formulary \(parts.formulary.version)")
    }

    private static func filling(
        _ filled: Slot, of medicine: Medicine, gone: Int, inDoubt: [UInt32], at now: Stamp
    ) -> [StockChange] {
        var slot = CabinetSlot(
            slot: filled.slot, medicine: medicine.code, uses: filled.uses ?? [.pickUp], par: max(0, filled.par ?? 0))
        let traces = filled.traces ?? []
        for index in max(0, gone)..<max(gone, filled.boxes) {
            slot.boxes.append(
                StoredBox(
                    trace: traces.indices.contains(index) ? traces[index] : nil, lot: filled.lot,
                    expiry: filled.expiry, loadedAt: now, loadedBy: "formulary"))
        }
        for (index, order) in inDoubt.enumerated() where slot.boxes.indices.contains(index) {
            slot.boxes[index].order = order
        }
        let boxes = slot.boxes.compactMap { box in
            box.trace.map {
                StockChange.box(
                    BoxRecord(
                        trace: $0, medicine: medicine.code, lot: box.lot, expiry: box.expiry, slot: filled.slot,
                        state: .inSlot, at: now, by: box.loadedBy), expecting: 0)
            }
        }
        return [.slot(.init(slot: slot, revision: 0))] + boxes
    }
}

/// How stores of before counted: boxes ordered from each slot since it was filled.
private struct FormerStockUsage: Codable, Sendable {
    static let id = "stock"

    let ordered: [Int: Int]
}

extension Inventory {
    /// As it will be once the changes are stored.
    mutating func apply(_ changes: [StockChange]) {
        var held = slots
        var recalls: [LotRecall] = self.recalls
        for change in changes {
            switch change {
            case .slot(let slot): held[slot.slot.slot] = slot
            case .recall(let recall): recalls = recalls.filter { $0.id != recall.id } + [recall]
            case .box, .refill, .temperatures, .cursor, .act, .controller, .hidden: break
            }
        }
        self = Inventory(slots: Array(held.values), recalls: recalls, formulary: formulary, day: day)
    }
}
