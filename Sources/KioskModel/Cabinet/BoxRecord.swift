/// What became of one box, by its trace code: a code that was once given never comes into the cabinet again.
public struct BoxRecord: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable, Hashable {
        case inSlot = "in-slot"
        /// It fell for an order.
        case given
        /// A technician took it out; it may be loaded again.
        case removed
    }

    public let trace: String
    public let medicine: String
    public let lot: String
    public let expiry: String
    public let slot: Int
    public let state: State
    /// The order that it fell for.
    public let transaction: UInt32?
    public let at: Stamp
    /// Who loaded or removed it.
    public let by: String

    public init(
        trace: String, medicine: String, lot: String, expiry: String, slot: Int, state: State,
        transaction: UInt32? = nil, at: Stamp, by: String
    ) {
        self.trace = trace
        self.medicine = medicine
        self.lot = lot
        self.expiry = expiry
        self.slot = slot
        self.state = state
        self.transaction = transaction
        self.at = at
        self.by = by
    }
}

/// A lot that may not be handed out, by whoever said so; it holds without the network.
public struct LotRecall: Codable, Sendable, Hashable {
    /// Nil: this lot of whatever medicine.
    public let medicine: String?
    public let lot: String
    public let reason: String
    public let by: String
    public let at: Stamp
    /// Who lifted it, where it is over.
    public var liftedBy: String?

    public init(medicine: String?, lot: String, reason: String, by: String, at: Stamp) {
        self.medicine = medicine
        self.lot = lot
        self.reason = reason
        self.by = by
        self.at = at
    }

    /// Which recall it is: a second one of the same lot takes the first one's place.
    public var id: String { "\(medicine ?? "*")/\(lot)" }

    public func covers(_ box: StoredBox, of medicine: String) -> Bool {
        liftedBy == nil && box.lot == lot && (self.medicine == nil || self.medicine == medicine)
    }
}

/// One refill of one slot, as it is kept.
public struct RefillRecord: Codable, Sendable, Hashable {
    public let order: RefillOrder
    /// Boxes that were taken out.
    public let removed: [StoredBox]
    public let at: Stamp

    public init(order: RefillOrder, removed: [StoredBox], at: Stamp) {
        self.order = order
        self.removed = removed
        self.at = at
    }
}
