/// A transaction as the controller's journal knows it.
///
/// Body: transaction (4), state (1), detail (1), slot (2), boxes asked for (1), boxes seen to drop (1).
public struct TransactionReport: Sendable, Hashable {
    public let transaction: UInt32
    public let state: TransactionState
    public let detail: MotionDetail
    /// 0 where the controller does not know it (never started, forgotten).
    public let slot: UInt16
    public let count: UInt8
    public let dropped: UInt8

    public init(
        transaction: UInt32, state: TransactionState, detail: MotionDetail = .none, slot: UInt16 = 0, count: UInt8 = 0,
        dropped: UInt8 = 0
    ) {
        self.transaction = transaction
        self.state = state
        self.detail = detail
        self.slot = slot
        self.count = count
        self.dropped = dropped
    }

    func append(to body: inout FrameBody) {
        body.append(littleEndian: transaction)
        body.append(state.rawValue)
        body.append(detail.rawValue)
        body.append(littleEndian: slot)
        body.append(count)
        body.append(dropped)
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let transaction = reader.uint32(), let rawState = reader.byte(),
            let state = TransactionState(rawValue: rawState), let rawDetail = reader.byte(),
            let detail = MotionDetail(rawValue: rawDetail), let slot = reader.uint16(), let count = reader.byte(),
            let dropped = reader.byte(), reader.isAtEnd
        else { return nil }
        self.init(
            transaction: transaction, state: state, detail: detail, slot: slot, count: count, dropped: dropped)
    }
}
