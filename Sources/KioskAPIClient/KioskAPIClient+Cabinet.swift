import KioskModel

extension KioskAPIClient {
    public func stock() async throws(APIClientError) -> StockView { try await get("/v1/cabinet/stock") }

    public func temperature() async throws(APIClientError) -> TemperatureView {
        try await get("/v1/cabinet/temperature")
    }

    /// The answers of the following hold the slots concerned.
    @discardableResult
    public func refill(_ order: RefillOrder, key: String = UUIDv7.make()) async throws(APIClientError) -> StockView {
        try await write("POST", "/v1/cabinet/refill", order, key: key)
    }

    @discardableResult
    public func recall(_ order: RecallOrder, key: String = UUIDv7.make()) async throws(APIClientError) -> StockView {
        try await write("POST", "/v1/cabinet/recall", order, key: key)
    }

    @discardableResult
    public func lockSlot(
        _ order: SlotLockOrder, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> StockView {
        try await write("POST", "/v1/cabinet/lock", order, key: key)
    }
}
