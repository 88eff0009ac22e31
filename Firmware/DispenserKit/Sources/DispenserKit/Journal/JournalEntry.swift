/// A transaction that the journal holds.
public struct JournalEntry: Sendable, Hashable {
    public let transaction: UInt32
    public let slot: UInt16
    public let count: UInt8
    public var state: TransactionState
    public var detail: MotionDetail
    /// Boxes that the sensor saw.
    public var dropped: UInt8

    public init(_ order: DispenseOrder, state: TransactionState, detail: MotionDetail = .none, dropped: UInt8 = 0) {
        self.transaction = order.transaction
        self.slot = order.slot
        self.count = order.count
        self.state = state
        self.detail = detail
        self.dropped = dropped
    }

    public var report: TransactionReport {
        TransactionReport(
            transaction: transaction, state: state, detail: detail, slot: slot, count: count, dropped: dropped)
    }
}
