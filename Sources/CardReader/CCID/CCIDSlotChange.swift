/// What RDR_to_PC_NotifySlotChange says of slot 0 (USB CCID 1.1 section 6.3.1).
struct CCIDSlotChange: Sendable, Hashable {
    let present: Bool
    /// Whether the state changed since the last notification: a card that is present now may be another one.
    let changed: Bool

    /// Nil for anything else that the interrupt pipe carries, such as a hardware error.
    init?(parsing bytes: [UInt8]) {
        guard bytes.count >= 2, bytes[0] == 0x50 else { return nil }
        present = bytes[1] & 1 != 0
        changed = bytes[1] & 2 != 0
    }
}
