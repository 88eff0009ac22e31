/// How the cabinet and one of its slots stand.
///
/// Body: flags (1: door open, moving, drop sensor out of order, journal out of order), slot (2), its condition (1),
/// running transaction or 0 (4), held outcomes (1), most that can be held (1), oldest held transaction or 0 (4),
/// damaged journal records (1). A newer version may add fields at the end.
public struct CabinetStatus: Sendable, Hashable {
    public var isDoorOpen = false
    public var isMoving = false
    public var isSensorOutOfOrder = false
    /// The journal can't be written: nothing is dispensed.
    public var isJournalOutOfOrder = false
    public var slot: UInt16
    public var condition: SlotCondition
    public var runningTransaction: UInt32 = 0
    /// Outcomes that wait for their acknowledgement.
    public var heldOutcomes: UInt8 = 0
    public var heldCapacity: UInt8 = 0
    public var oldestHeld: UInt32 = 0
    public var damagedRecords: UInt8 = 0

    public init(slot: UInt16, condition: SlotCondition) {
        self.slot = slot
        self.condition = condition
    }

    func append(to body: inout FrameBody) {
        body.append(
            (isDoorOpen ? 1 : 0) | (isMoving ? 2 : 0) | (isSensorOutOfOrder ? 4 : 0) | (isJournalOutOfOrder ? 8 : 0))
        body.append(littleEndian: slot)
        body.append(condition.rawValue)
        body.append(littleEndian: runningTransaction)
        body.append(heldOutcomes)
        body.append(heldCapacity)
        body.append(littleEndian: oldestHeld)
        body.append(damagedRecords)
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let flags = reader.byte(), let slot = reader.uint16(), let raw = reader.byte(),
            let condition = SlotCondition(rawValue: raw), let running = reader.uint32(), let held = reader.byte(),
            let capacity = reader.byte(), let oldest = reader.uint32(), let damaged = reader.byte()
        else { return nil }
        self.init(slot: slot, condition: condition)
        isDoorOpen = flags & 1 != 0
        isMoving = flags & 2 != 0
        isSensorOutOfOrder = flags & 4 != 0
        isJournalOutOfOrder = flags & 8 != 0
        runningTransaction = running
        heldOutcomes = held
        heldCapacity = capacity
        oldestHeld = oldest
        damagedRecords = damaged
    }
}
