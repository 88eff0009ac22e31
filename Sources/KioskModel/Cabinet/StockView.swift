/// What lies in the cabinet, and what of it may be handed out.
public struct StockView: Codable, Sendable, Hashable {
    public var schema = 1
    /// Today as the kiosk takes it, `2026-11-26`.
    public let day: String
    /// By slot number.
    public let slots: [SlotView]
    /// Recalls in force.
    public let recalls: [LotRecall]
    /// Whether the machine reads a box's trace code again when it falls; else the code is the one of the refill.
    public let readsTraceAtDispense: Bool

    public init(day: String, slots: [SlotView], recalls: [LotRecall], readsTraceAtDispense: Bool = false) {
        self.day = day
        self.slots = slots
        self.recalls = recalls
        self.readsTraceAtDispense = readsTraceAtDispense
    }
}

/// Why a slot gives nothing now.
public enum SlotBlock: String, Codable, Sendable, Hashable, CaseIterable {
    case empty
    /// A box was ordered of which nobody knows yet whether it fell.
    case inDoubt = "in-doubt"
    case recalled
    case expired
    case temperature
    /// A person locked it.
    case locked
    /// It may not be used in this kiosk's mode.
    case wrongUse = "wrong-use"
}

/// One slot as people see it.
public struct SlotView: Codable, Sendable, Hashable {
    public let slot: Int
    public let medicine: String
    /// The generic name in Chinese; empty where the formulary no longer has it.
    public let name: String
    public let uses: [SlotUse]
    public let par: Int
    /// The one that falls next first.
    public let boxes: [StoredBox]
    public let block: SlotBlock?
    /// What shut it, in the words of whoever did.
    public let lock: CabinetSlot.Lock?
    /// How many boxes could be handed out one after the other.
    public let usable: Int

    public init(_ slot: CabinetSlot, name: String, block: SlotBlock?, usable: Int) {
        self.slot = slot.slot
        medicine = slot.medicine
        self.name = name
        uses = SlotUse.allCases.filter(slot.uses.contains)
        par = slot.par
        boxes = slot.boxes
        self.block = block
        lock = slot.lock
        self.usable = usable
    }

    /// Fewer usable boxes than its par level.
    public var isLow: Bool { usable < par }
}
