import KioskModel

/// What shuts a slot: the lock that is shown, and an excursion of temperature that it hides.
///
/// Opening a slot that was shut for something else must not free medicine that was too warm meanwhile.
struct SlotLocks: Sendable {
    private(set) var shown: CabinetSlot.Lock?
    private(set) var hidden: CabinetSlot.Lock?

    init(shown: CabinetSlot.Lock?, hidden: CabinetSlot.Lock?) {
        self.shown = shown
        self.hidden = hidden
    }

    /// Shuts for another reason than temperature.
    mutating func shut(_ lock: CabinetSlot.Lock) {
        if let shown, shown.reason == .temperature { hidden = shown }
        shown = lock
    }

    /// Shuts for temperature. False where that is known already.
    mutating func suffer(_ lock: CabinetSlot.Lock) -> Bool {
        guard hidden == nil, shown?.reason != .temperature else { return false }
        if shown == nil { shown = lock } else { hidden = lock }
        return true
    }

    /// Ends what is shown, and shows what was behind it.
    mutating func open() {
        shown = hidden
        hidden = nil
    }

    /// Ends everything: none of the boxes is left.
    mutating func clear() {
        shown = nil
        hidden = nil
    }
}

extension CabinetSlot.Lock {
    /// Shuts a slot in the books because the controller gives nothing from it.
    static func ofController(_ fault: Fault, at: Stamp) -> Self {
        Self(reason: .person, detail: "\(held): \(fault.detail)", by: "kioskd", at: at)
    }

    /// Whether kioskd shut the slot because the controller did: the homing that frees the one frees the other.
    ///
    /// What else kioskd shuts a slot for is no motor's trouble, and no homing ends it.
    var isOfController: Bool { reason == .person && by == "kioskd" && detail.hasPrefix(Self.held) }

    private static let held = "the controller holds it"
}

/// The excursion that a slot's other lock hides, as it is stored.
struct HiddenExcursion: Codable, Sendable {
    static func id(slot: Int) -> String { "temperature-lock/\(slot)" }

    /// Nil where it has come out, or its boxes are gone.
    let lock: CabinetSlot.Lock?
}
