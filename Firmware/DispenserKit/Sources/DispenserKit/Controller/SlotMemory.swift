/// What the controller knows of each slot since its boot.
struct SlotMemory {
    private enum Mark {
        static let failed: UInt8 = 1
        static let stoppedAway: UInt8 = 2
    }

    /// Slots above the last index are not served.
    static let capacity = 256

    private var marks = InlineArray<256, UInt8>(repeating: 0)

    /// The last order on this slot failed: a technician must look.
    func hasFailed(_ slot: UInt16) -> Bool { mark(slot) & Mark.failed != 0 }

    /// It ended well, but off its home switch after an extra quarter turn: the next turn is a shorter one.
    func stoppedAwayOnPurpose(_ slot: UInt16) -> Bool { mark(slot) & Mark.stoppedAway != 0 }

    mutating func ended(_ slot: UInt16, failed: Bool, atHome: Bool) {
        guard Int(slot) < Self.capacity else { return }
        marks[Int(slot)] = (failed ? Mark.failed : 0) | (failed || atHome ? 0 : Mark.stoppedAway)
    }

    private func mark(_ slot: UInt16) -> UInt8 { Int(slot) < Self.capacity ? marks[Int(slot)] : Mark.failed }
}
