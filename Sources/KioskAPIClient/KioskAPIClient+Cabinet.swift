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

    public func firmware() async throws(APIClientError) -> CabinetFirmware { try await get("/v1/cabinet/firmware") }

    @discardableResult
    public func updateFirmware(
        _ order: FirmwareOrder, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> CabinetFirmware {
        try await write("POST", "/v1/cabinet/firmware", order, key: key)
    }

    @discardableResult
    public func homeSlot(_ order: HomeOrder, key: String = UUIDv7.make()) async throws(APIClientError) -> HomingView {
        try await write("POST", "/v1/cabinet/home", order, key: key)
    }

    @discardableResult
    public func openDoor(_ order: DoorOrder, key: String = UUIDv7.make()) async throws(APIClientError) -> DoorView {
        try await write("POST", "/v1/cabinet/open", order, key: key)
    }
}
