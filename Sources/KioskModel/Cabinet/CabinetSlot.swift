/// What a slot's boxes may be handed out for (NMPA announcement 48 of 2024). A slot without a use gives nothing.
public enum SlotUse: String, Codable, Sendable, Hashable, CaseIterable {
    /// Sold by the machine itself: class-B over-the-counter medicine only.
    case sale
    /// Handed out against a valid prescription.
    case pickUp = "pick-up"
}

extension ServiceMode {
    /// The use that a slot must have for a visit in this mode.
    public var slotUse: SlotUse {
        switch self {
        case .retailVending: .sale
        case .internetFollowUp, .clinicOnsite: .pickUp
        }
    }
}

/// One column of the cabinet with the boxes that lie in it, the one that falls next first.
public struct CabinetSlot: Codable, Sendable, Hashable {
    /// Why a slot stays shut until a person opens it again.
    public struct Lock: Codable, Sendable, Hashable {
        public enum Reason: String, Codable, Sendable, Hashable {
            case temperature
            case person
        }

        public let reason: Reason
        /// What was seen.
        public let detail: String
        /// Who locked it; `kioskd` where it did so by itself.
        public let by: String
        public let at: Stamp

        public init(reason: Reason, detail: String, by: String, at: Stamp) {
            self.reason = reason
            self.detail = detail
            self.by = by
            self.at = at
        }
    }

    public let slot: Int
    /// The formulary's code.
    public var medicine: String
    public var uses: Set<SlotUse>
    /// The least number of boxes before somebody should come.
    public var par: Int
    public var boxes: [StoredBox]
    public var lock: Lock?

    public init(slot: Int, medicine: String, uses: Set<SlotUse>, par: Int = 0, boxes: [StoredBox] = []) {
        self.slot = slot
        self.medicine = medicine
        self.uses = uses
        self.par = par
        self.boxes = boxes
    }
}

/// One pack in a slot.
public struct StoredBox: Codable, Sendable, Hashable {
    /// The trace code's id; nil for a box that was there before trace codes were bound.
    public let trace: String?
    public let lot: String
    /// The last day of use, `2028-01-31`.
    public let expiry: String
    public let loadedAt: Stamp
    public let loadedBy: String
    /// The order under which it was sent for; whether it fell is then not settled yet.
    public var order: UInt32?

    public init(trace: String?, lot: String, expiry: String, loadedAt: Stamp, loadedBy: String) {
        self.trace = trace
        self.lot = lot
        self.expiry = expiry
        self.loadedAt = loadedAt
        self.loadedBy = loadedBy
    }
}
