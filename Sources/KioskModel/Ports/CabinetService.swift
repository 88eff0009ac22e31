/// What the local API can ask of the cabinet's stock and machine. Every write is safe to repeat with the same token.
public protocol CabinetService: Sendable {
    func stock() async throws(Fault) -> StockView
    /// Asks the cabinet first, where it answers.
    func temperature() async throws(Fault) -> TemperatureView
    /// The answers of the following are the `StockView` of the slots concerned.
    func refill(_ order: RefillOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func recall(_ order: RecallOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func lockSlot(_ order: SlotLockOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
}
