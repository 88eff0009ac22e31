import KioskModel
import KioskStore
import Prescribing

extension Agent {
    public func refill(_ order: RefillOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.atCabinet { () async throws(Fault) in try await self.load(order, answering: token) }
        }
    }

    /// A refill is all or nothing: every box is good for the slot and the count is right, or nothing is stored.
    private func load(_ order: RefillOrder, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try order.checkForm()
        guard let medicine = parts.formulary.medicine(order.medicine) else {
            throw Fault(.rxMedicineUnknown, "medicine: not in the formulary")
        }
        // What was too warm until now was so for the boxes that lay there, not for those that come.
        await followTemperature()
        let inventory = try await inventory()
        var held = try slotToFill(order, medicine, in: inventory)
        let codes = try order.codes(for: medicine)
        let now = clock.stamp()
        let boxes = codes.map {
            StoredBox(trace: $0.id, lot: order.lot, expiry: order.expiry, loadedAt: now, loadedBy: order.by)
        }
        for box in boxes { try check(box, for: held.slot, in: inventory) }

        let removed = order.replace ? held.slot.boxes : []
        if order.replace {
            try await refuseOpenQuestions(removed)
            held.slot.boxes = []
        }
        if let last = held.slot.boxes.last, !boxes.isEmpty, last.expiry > order.expiry {
            throw Fault(
                .stockWrongBox, "boxes that expire later (\(last.expiry)) lie before it; what expires first falls first"
            )
        }
        held.slot.boxes += boxes
        guard held.slot.boxes.count == order.counted else {
            throw Fault(.stockCountDiffers, "counted \(order.counted), by the books \(held.slot.boxes.count)")
        }
        let kept = Set(boxes.compactMap(\.trace))
        // A lock is about the boxes that lay there: it ends when none of them is left.
        var locks = try await locks(of: held)
        if order.replace, kept.isDisjoint(with: removed.compactMap(\.trace)) { locks.clear() }

        var changes = try await changes(held, locks)
        for box in boxes { changes.append(try await bind(box, to: held.slot, replacing: removed)) }
        for box in removed {
            guard let trace = box.trace, !kept.contains(trace) else { continue }
            let record = BoxRecord(
                trace: trace, medicine: held.slot.medicine, lot: box.lot, expiry: box.expiry, slot: order.slot,
                state: .removed, transaction: box.order, at: now, by: order.by)
            changes.append(.box(record, expecting: nil))
        }
        changes.append(
            .refill(RefillRecord(order: order, removed: removed.filter { !kept.contains($0.trace ?? "") }, at: now)))
        return try await answerStock(changes, slots: [order.slot], token)
    }

    /// The slot with the medicine and uses that it will have.
    private func slotToFill(
        _ order: RefillOrder, _ medicine: Medicine, in inventory: Inventory
    ) throws(Fault) -> Inventory.Held {
        var held: Inventory.Held
        if let known = inventory.slots[order.slot] {
            held = known
            if known.slot.medicine != order.medicine {
                guard order.replace || known.slot.boxes.isEmpty else {
                    throw Fault(.stockWrongBox, "slot \(order.slot) holds \(known.slot.medicine)")
                }
                guard let uses = order.uses else { throw Fault(.apiMalformed, "uses is needed for another medicine") }
                held.slot = CabinetSlot(
                    slot: order.slot, medicine: order.medicine, uses: uses, boxes: known.slot.boxes)
                held.slot.lock = known.slot.lock
            }
        } else {
            guard let uses = order.uses else { throw Fault(.apiMalformed, "uses is needed for a new slot") }
            held = .init(slot: CabinetSlot(slot: order.slot, medicine: order.medicine, uses: uses), revision: 0)
        }
        if let uses = order.uses { held.slot.uses = uses }
        if let par = order.par { held.slot.par = par }
        if held.slot.uses.contains(.sale), medicine.supply != .otcB {
            throw Fault(.stockWrongBox, "only class-B over-the-counter medicine may lie in a slot for sale")
        }
        return held
    }

    private func check(_ box: StoredBox, for slot: CabinetSlot, in inventory: Inventory) throws(Fault) {
        guard box.expiry >= inventory.day else { throw Fault(.stockWrongBox, "expired on \(box.expiry)") }
        guard !inventory.isRecalled(box, in: slot) else { throw Fault(.stockWrongBox, "lot \(box.lot) is recalled") }
    }

    /// Binds a code to its box. Refuses one that lies elsewhere or was given; one that was taken out may come again.
    private func bind(
        _ box: StoredBox, to slot: CabinetSlot, replacing: [StoredBox]
    ) async throws(Fault) -> StockChange {
        let trace = box.trace ?? ""
        let known = try await store.record(BoxRecord.self, kind: .cabinetBox, id: trace)
        if let known {
            let isHere = replacing.contains { $0.trace == trace }
            guard known.value.state == .removed || isHere && known.value.state == .inSlot else {
                let place = known.value.state == .given ? "it was given" : "it lies in slot \(known.value.slot)"
                throw Fault(.stockTraceDuplicate, "\(trace): \(place)")
            }
            if known.value.state == .removed, let order = known.value.transaction {
                try await requireNotGiven(trace, for: order)
            }
        }
        let record = BoxRecord(
            trace: trace, medicine: slot.medicine, lot: box.lot, expiry: box.expiry, slot: slot.slot, state: .inSlot,
            at: box.loadedAt, by: box.loadedBy)
        return .box(record, expecting: known?.revision ?? 0)
    }

    /// A box that was taken out while nobody knew whether it fell comes in again only when it is known that it did not.
    private func requireNotGiven(_ trace: String, for number: UInt32) async throws(Fault) {
        // An order that does not open, or is gone, settles nothing.
        let order = try? await store.fetch(DispenseTransaction.self, kind: .dispense, id: String(number))
        guard let order, !order.needsPerson, !order.isOpenQuestion else {
            throw Fault(
                .stockTraceDuplicate,
                "\(trace): order \(number) is not settled: kioskctl cabinet resolve \(number) first")
        }
        guard order.outcome != .done else { throw Fault(.stockTraceDuplicate, "\(trace): it was given") }
    }

    /// A box whose order is still in question in an open visit is evidence: it is settled there first.
    private func refuseOpenQuestions(_ boxes: [StoredBox]) async throws(Fault) {
        for number in boxes.compactMap(\.order) {
            guard let order = try await store.fetch(DispenseTransaction.self, kind: .dispense, id: String(number)),
                order.needsPerson || order.isOpenQuestion, try await !requireVisit(order.visit).state.isEnded
            else { continue }
            throw Fault(.stockWrongBox, "order \(number) is not settled: kioskctl cabinet resolve \(number) first")
        }
    }

    // MARK: Recalls

    public func recall(_ order: RecallOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in try await self.note(order, answering: token) }
    }

    /// A recall holds from this moment on, also for a visit that is under way: the next box is chosen after it.
    private func note(_ order: RecallOrder, answering token: IdempotencyToken) async throws(Fault) -> StoredReply {
        guard !order.by.isEmpty, order.by.count <= 64 else { throw Fault(.apiMalformed, "by: 1 to 64 characters") }
        guard !order.lot.isEmpty, order.lot.count <= 20 else { throw Fault(.apiMalformed, "lot: 1 to 20 characters") }
        var recall = LotRecall(
            medicine: order.medicine, lot: order.lot, reason: order.reason, by: order.by, at: clock.stamp())
        if order.lifted {
            guard let known = try await store.fetch(LotRecall.self, kind: .recall, id: recall.id),
                known.liftedBy == nil
            else { throw Fault(.apiNotFound, "no recall \(recall.id) is in force") }
            recall = known
            recall.liftedBy = order.by
        }
        let concerned = try await inventory().slots.values.map(\.slot).filter { slot in
            slot.boxes.contains { $0.lot == order.lot } && (order.medicine ?? slot.medicine) == slot.medicine
        }
        return try await answerStock([.recall(recall)], slots: Set(concerned.map(\.slot)), token)
    }
}

extension RefillOrder {
    /// Whether the order makes sense at all. Throws `apiMalformed` with the field.
    fileprivate func checkForm() throws(Fault) {
        guard !by.isEmpty, by.count <= 64 else { throw Fault(.apiMalformed, "by: 1 to 64 characters") }
        guard (0...255).contains(slot) else { throw Fault(.apiMalformed, "slot: 0 to 255") }
        guard !lot.isEmpty, lot.count <= 20 else { throw Fault(.apiMalformed, "lot: 1 to 20 characters") }
        guard ExpiryDate(expiry) != nil else { throw Fault(.apiMalformed, "expiry is no date like 2028-01-31") }
        guard par.map({ (0...999).contains($0) }) ?? true else { throw Fault(.apiMalformed, "par: 0 to 999") }
        guard replace || !traces.isEmpty else { throw Fault(.apiMalformed, "traces: at least one box") }
    }

    /// The boxes' codes. Throws where one can't be read, stands twice, or is not of this medicine, lot and expiry.
    fileprivate func codes(for medicine: Medicine) throws(Fault) -> [TraceCode] {
        var codes: [TraceCode] = []
        for text in traces {
            let code = try TraceCode(text)
            if let products = medicine.products, !products.contains(code.product) {
                throw Fault(.stockWrongBox, "\(code.id) is a box of another product")
            }
            if let known = code.lot, known != lot { throw Fault(.stockWrongBox, "\(code.id) is of lot \(known)") }
            if let known = code.expiry, known != expiry {
                throw Fault(.stockWrongBox, "\(code.id) expires on \(known)")
            }
            guard !codes.contains(where: { $0.id == code.id }) else {
                throw Fault(.stockTraceDuplicate, "\(code.id) was scanned twice")
            }
            codes.append(code)
        }
        return codes
    }
}
