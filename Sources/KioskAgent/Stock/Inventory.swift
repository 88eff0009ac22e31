import KioskModel
import Prescribing

/// What the cabinet holds at one moment, and what of it may fall in a mode; decides nothing that it can't see.
struct Inventory: Sendable {
    struct Held: Sendable {
        var slot: CabinetSlot
        /// The record's revision; 0 for a slot that is not stored yet.
        let revision: Int
    }

    let formulary: Formulary
    /// Today, `2026-11-26`, by the latest time that is known; never before the day on which a box was loaded.
    let day: String
    private(set) var slots: [Int: Held]
    /// Recalls in force.
    let recalls: [LotRecall]

    init(slots: [Held], recalls: [LotRecall], formulary: Formulary, day: String) {
        self.slots = Dictionary(slots.map { ($0.slot.slot, $0) }) { $1 }
        self.recalls = recalls.filter { $0.liftedBy == nil }
        self.formulary = formulary
        // A clock that went back must not make an expired box good again.
        let loaded = slots.flatMap(\.slot.boxes).map { KioskDay.date($0.loadedAt) }.max()
        self.day = max(day, loaded ?? "")
    }

    /// The slots that may give a box of the medicine now, the one that expires first first.
    func usable(_ medicine: String, for use: SlotUse) -> [CabinetSlot] {
        slots.values.map(\.slot)
            .filter { $0.medicine == medicine && block(of: $0, for: use) == nil }
            .sorted { ($0.boxes.first?.expiry ?? "", $0.slot) < ($1.boxes.first?.expiry ?? "", $1.slot) }
    }

    /// The boxes of a medicine that could fall one after the other.
    func left(_ medicine: String, for use: SlotUse) -> Int {
        usable(medicine, for: use).reduce(0) { $0 + usableBoxes($1) }
    }

    /// Why a slot gives nothing now, or nil. A column gives its front box or none: nothing falls past it.
    func block(of slot: CabinetSlot, for use: SlotUse) -> SlotBlock? {
        guard let front = slot.boxes.first else { return .empty }
        if slot.boxes.contains(where: { $0.order != nil }) { return .inDoubt }
        if let lock = slot.lock { return lock.reason == .temperature ? .temperature : .locked }
        if isRecalled(front, in: slot) { return .recalled }
        if front.expiry < day { return .expired }
        guard slot.uses.contains(use), let medicine = formulary.medicine(slot.medicine) else { return .wrongUse }
        return use == .sale && medicine.supply != .otcB ? .wrongUse : nil
    }

    /// The slots that hold the medicine and give none of it, each with why.
    func shut(_ medicine: String, for use: SlotUse) -> [String] {
        slots.values.map(\.slot).filter { $0.medicine == medicine }.sorted { $0.slot < $1.slot }.compactMap { slot in
            guard let block = block(of: slot, for: use), block != .empty else { return nil }
            return "slot \(slot.slot) \(block.rawValue)"
        }
    }

    func isRecalled(_ box: StoredBox, in slot: CabinetSlot) -> Bool {
        recalls.contains { $0.covers(box, of: slot.medicine) }
    }

    /// The slots as people see them.
    func view(for use: SlotUse, only: Set<Int>? = nil) -> StockView {
        let shown = slots.values.map(\.slot).filter { only?.contains($0.slot) ?? true }.sorted { $0.slot < $1.slot }
        return StockView(
            day: day,
            slots: shown.map { slot in
                let block = block(of: slot, for: use)
                return SlotView(
                    slot, name: formulary.medicine(slot.medicine)?.name ?? "", block: block,
                    usable: block == nil ? usableBoxes(slot) : 0)
            }, recalls: recalls.sorted { $0.id < $1.id })
    }

    private func usableBoxes(_ slot: CabinetSlot) -> Int {
        slot.boxes.prefix { !isRecalled($0, in: slot) && $0.expiry >= day }.count
    }

    /// What is wrong with the stock as a whole: slots that are shut although boxes lie in them, and slots that run low.
    func faults(for use: SlotUse) -> [Fault] {
        let view = view(for: use)
        let shut = view.slots.filter { slot in
            guard let block = slot.block else { return false }
            return block != .empty && block != .wrongUse && block != .temperature
        }
        let warm = view.slots.filter { $0.block == .temperature }
        let low = view.slots.filter(\.isLow)
        var faults: [Fault] = []
        if !warm.isEmpty { faults.append(Self.fault(.cabinetTemperature, warm) { "slot \($0.slot)" }) }
        if !shut.isEmpty {
            faults.append(Self.fault(.stockSlotBlocked, shut) { "slot \($0.slot) \($0.block?.rawValue ?? "")" })
        }
        if !low.isEmpty { faults.append(Self.fault(.stockLow, low) { "slot \($0.slot): \($0.usable) of \($0.par)" }) }
        return faults
    }

    /// Names the first slots and counts the rest.
    private static func fault(_ code: FaultCode, _ slots: [SlotView], _ name: (SlotView) -> String) -> Fault {
        let rest = slots.count > 6 ? " and \(slots.count - 6) more" : ""
        return Fault(code, slots.prefix(6).map(name).joined(separator: ", ") + rest, device: "dispenser")
    }

    // MARK: Orders

    /// Marks the front box as sent for. Nil where the slot has none.
    mutating func send(_ order: UInt32, from slot: Int) -> Held? {
        guard let index = slots[slot]?.slot.boxes.indices.first else { return nil }
        slots[slot]?.slot.boxes[index].order = order
        return slots[slot]
    }

    /// What an order's outcome makes of its box: gone, back in the column, or still in doubt (nil: nothing to store).
    func settled(_ order: DispenseTransaction) -> (held: Held, given: StoredBox?)? {
        guard var held = slots[order.slot],
            let index = held.slot.boxes.firstIndex(where: { $0.order == order.number })
        else { return nil }
        switch order.outcome {
        case .done:
            let box = held.slot.boxes.remove(at: index)
            return (held, box)
        case .notStarted: break
        // What failed is in doubt until somebody has looked; who says "not dropped" says that it is where it was.
        default: guard order.resolvedBy != nil else { return nil }
        }
        held.slot.boxes[index].order = nil
        return (held, nil)
    }
}
