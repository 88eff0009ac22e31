/// A technician's refill of one slot with boxes of one lot: every box scanned, the slot counted.
public struct RefillOrder: Codable, Sendable, Hashable {
    public let slot: Int
    /// The formulary's code.
    public let medicine: String
    public let lot: String
    /// The last day of use, `2028-01-31`.
    public let expiry: String
    /// The boxes' trace codes in the order in which they were put in; the one that falls first is first.
    public let traces: [String]
    /// The boxes that lie in the slot now, as the technician counted them.
    public let counted: Int
    /// The least number of boxes before somebody should come; nil leaves it.
    public let par: Int?
    /// What the slot may be used for; nil leaves it. A new slot needs it.
    public let uses: Set<SlotUse>?
    /// The scanned boxes are all that lies in the slot; what was there and was not scanned has been taken out.
    public let replace: Bool
    public let by: String

    public init(
        slot: Int, medicine: String, lot: String, expiry: String, traces: [String], counted: Int, par: Int? = nil,
        uses: Set<SlotUse>? = nil, replace: Bool = false, by: String
    ) {
        self.slot = slot
        self.medicine = medicine
        self.lot = lot
        self.expiry = expiry
        self.traces = traces
        self.counted = counted
        self.par = par
        self.uses = uses
        self.replace = replace
        self.by = by
    }
}

/// A lot that may no longer be handed out, or may again.
public struct RecallOrder: Codable, Sendable, Hashable {
    public let lot: String
    /// Nil: this lot of whatever medicine.
    public let medicine: String?
    public let reason: String
    public let lifted: Bool
    public let by: String

    public init(lot: String, medicine: String?, reason: String, lifted: Bool = false, by: String) {
        self.lot = lot
        self.medicine = medicine
        self.reason = reason
        self.lifted = lifted
        self.by = by
    }
}

/// A slot that a person shuts, or opens again after whatever shut it.
public struct SlotLockOrder: Codable, Sendable, Hashable {
    public let slot: Int
    public let locked: Bool
    public let reason: String
    public let by: String

    public init(slot: Int, locked: Bool, reason: String, by: String) {
        self.slot = slot
        self.locked = locked
        self.reason = reason
        self.by = by
    }
}
