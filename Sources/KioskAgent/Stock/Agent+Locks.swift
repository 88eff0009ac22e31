import KioskModel
import KioskStore

extension Agent {
    public func lockSlot(_ order: SlotLockOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.atCabinet { () async throws(Fault) in try await self.turnLock(order, answering: token) }
        }
    }

    private func turnLock(_ order: SlotLockOrder, answering token: IdempotencyToken) async throws(Fault) -> StoredReply
    {
        guard !order.by.isEmpty, order.by.count <= 64 else { throw Fault(.apiMalformed, "by: 1 to 64 characters") }
        guard let held = try await inventory().slots[order.slot] else {
            throw Fault(.apiNotFound, "slot \(order.slot)")
        }
        var locks = try await locks(of: held)
        if order.locked {
            locks.shut(.init(reason: .person, detail: order.reason, by: order.by, at: clock.stamp()))
        } else {
            if locks.shown?.reason == .temperature { try await refuseBlindOpening() }
            locks.open()
        }
        logger.notice("slot \(order.slot) \(order.locked ? "locked" : "unlocked") by a technician")
        if let shown = locks.shown, !order.locked { logger.notice("slot \(order.slot) stays shut: \(shown.detail)") }
        return try await answerStock(try await changes(held, locks), slots: [order.slot], token)
    }

    /// Nobody can say that boxes are good which lie in an unknown temperature now, be the thermometer silent or its log
    /// out of reach.
    private func refuseBlindOpening() async throws(Fault) {
        await followTemperature()
        if let untakenLog { throw untakenLog }
        guard !keepsNoLog, let silence = try await temperatureCursor().longSilence else { return }
        throw Fault(
            .cabinetThermometer, "\(silence): the slot stays shut until there is one", device: "dispenser")
    }

    func locks(of held: Inventory.Held) async throws(Fault) -> SlotLocks {
        let id = HiddenExcursion.id(slot: held.slot.slot)
        let hidden = try await store.fetch(HiddenExcursion.self, kind: .agentState, id: id)
        return SlotLocks(shown: held.slot.lock, hidden: hidden?.lock)
    }

    /// The slot is written even where only the hidden lock changes: whoever opened it meanwhile is then refused, and an
    /// excursion never comes to lie behind a lock that is gone.
    func changes(_ held: Inventory.Held, _ locks: SlotLocks) async throws(Fault) -> [StockChange] {
        var held = held
        held.slot.lock = locks.shown
        let id = HiddenExcursion.id(slot: held.slot.slot)
        let stored = try await store.record(HiddenExcursion.self, kind: .agentState, id: id)
        guard stored?.value.lock != locks.hidden else { return [.slot(held)] }
        return [
            .slot(held),
            .hidden(slot: held.slot.slot, HiddenExcursion(lock: locks.hidden), revision: stored?.revision ?? 0),
        ]
    }
}
