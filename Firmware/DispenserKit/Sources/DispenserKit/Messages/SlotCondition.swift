/// How one slot stands.
public enum SlotCondition: UInt8, Sendable, Hashable {
    case absent = 0
    case ready = 1
    /// It failed and waits for a technician, or its motor stands where it should not.
    case locked = 2
}
