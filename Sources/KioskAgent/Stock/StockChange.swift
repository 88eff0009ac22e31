import KioskModel
import KioskStore

/// What a step changes in the cabinet's stock, written in one transaction with the rest of it.
enum StockChange: Sendable {
    /// The slot as it is now; refused where somebody else changed it since it was read.
    case slot(Inventory.Held)
    /// A box; `expecting` is its record's revision, 0 for a code that was never seen.
    case box(BoxRecord, expecting: Int?)
    case refill(RefillRecord)
    case recall(LotRecall)
    case temperatures(String, TemperatureDay, revision: Int)
    case cursor(TemperatureCursor)
    /// What a technician does with the machine: before it is done, and again with its end.
    case act(CabinetAct)
    /// The excursion behind a slot's other lock.
    case hidden(slot: Int, HiddenExcursion, revision: Int)
    /// The controller for which a number was taken.
    case controller(CabinetController)

    func put(into change: inout StoreChange) throws(Fault) {
        switch self {
        case .slot(let held):
            try change.put(
                held.slot, kind: .cabinetSlot, id: String(held.slot.slot),
                state: held.slot.lock == nil ? "open" : "shut",
                expecting: held.revision)
        case .box(let box, let revision):
            try change.put(box, kind: .cabinetBox, id: box.trace, state: box.state.rawValue, expecting: revision)
        case .refill(let record):
            try change.put(
                record, kind: .refill, id: UUIDv7.make(unixMilliseconds: UInt64(max(0, record.at.wall))),
                state: record.order.replace ? "replaced" : "added", expecting: 0)
        case .temperatures(let day, let readings, let revision):
            try change.put(readings, kind: .temperature, id: day, state: "kept", expecting: revision)
        case .cursor(let cursor):
            try change.put(cursor, kind: .agentState, id: TemperatureCursor.id, state: "current")
        case .act(let act):
            try change.put(act, kind: .cabinetAct, id: act.id, state: act.result == nil ? "begun" : "ended")
        case .hidden(let slot, let excursion, let revision):
            try change.put(
                excursion, kind: .agentState, id: HiddenExcursion.id(slot: slot),
                state: excursion.lock == nil ? "none" : "hidden", expecting: revision)
        case .controller(let controller):
            try change.put(controller, kind: .agentState, id: CabinetController.id, state: "current")
        case .recall(let recall):
            try change.put(
                recall, kind: .recall, id: recall.id, state: recall.liftedBy == nil ? "in-force" : "lifted")
        }
    }
}
