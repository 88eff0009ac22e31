/// What the local API can ask of the cabinet's stock and machine. Every write is safe to repeat with the same token.
public protocol CabinetService: Sendable {
    func stock() async throws(Fault) -> StockView
    /// Asks the cabinet first, where it answers.
    func temperature() async throws(Fault) -> TemperatureView
    /// The answers of the following are the `StockView` of the slots concerned.
    func refill(_ order: RefillOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func recall(_ order: RecallOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func lockSlot(_ order: SlotLockOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func cabinetFirmware() async throws(Fault) -> CabinetFirmware
    /// The answer is a `HomingView`. The slot is shut before, and opened again only where no box fell.
    func homeSlot(_ order: HomeOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// The answer is a `DoorView`.
    func openDoor(_ order: DoorOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// The answer is a `CabinetFirmware`. Refused while a visit is open.
    func updateFirmware(_ order: FirmwareOrder, token: IdempotencyToken) async throws(Fault) -> StoredReply
}
