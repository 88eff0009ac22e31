/// What RDR_to_PC_NotifySlotChange says of one slot (USB CCID 1.1 section 6.3.1).
struct CCIDSlotChange: Sendable, Hashable {
    let present: Bool
    /// Whether the state changed since the last notification: a card that is present now may be another one.
    let changed: Bool

    /// Nil for anything else that the interrupt pipe carries, such as a hardware error.
    init?(parsing bytes: [UInt8], slot: UInt8 = 0) {
        // Two bits a slot, four slots a byte.
        let index = 1 + Int(slot) / 4
        guard index < bytes.count, bytes[0] == 0x50 else { return nil }
        let bits = bytes[index] >> (slot % 4 * 2)
        present = bits & 1 != 0
        changed = bits & 2 != 0
    }
}
