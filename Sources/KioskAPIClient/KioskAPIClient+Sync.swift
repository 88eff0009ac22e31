import KioskModel

extension KioskAPIClient {
    public func message(_ id: String) async throws(APIClientError) -> QueueMessageView {
        try await get(try messagePath(id))
    }

    public func checkQueue() async throws(APIClientError) -> QueueCheckView { try await get("/v1/queue/verify") }

    @discardableResult
    public func retry(message id: String, key: String = UUIDv7.make()) async throws(APIClientError)
        -> QueueMessageView
    {
        try await write("POST", try messagePath(id, "/retry"), EmptyBody(), key: key)
    }

    @discardableResult
    public func retryAll(key: String = UUIDv7.make()) async throws(APIClientError) -> SyncStatusView {
        try await write("POST", "/v1/queue/retry", EmptyBody(), key: key)
    }

    @discardableResult
    public func hold(message id: String, key: String = UUIDv7.make()) async throws(APIClientError)
        -> QueueMessageView
    {
        try await write("POST", try messagePath(id, "/hold"), EmptyBody(), key: key)
    }

    @discardableResult
    public func release(message id: String, key: String = UUIDv7.make()) async throws(APIClientError)
        -> QueueMessageView
    {
        try await write("POST", try messagePath(id, "/release"), EmptyBody(), key: key)
    }

    public func syncStatus() async throws(APIClientError) -> SyncStatusView { try await get("/v1/sync") }

    /// Takes as long as the layers take to answer.
    public func diagnoseSync() async throws(APIClientError) -> SyncDiagnosisView {
        try await KioskAPIClient(socketPath: socketPath, timeout: .seconds(60)).get("/v1/sync/why")
    }

    @discardableResult
    public func sendNow(key: String = UUIDv7.make()) async throws(APIClientError) -> SyncStatusView {
        try await write("POST", "/v1/sync/now", EmptyBody(), key: key)
    }

    @discardableResult
    public func readdress(
        _ url: String, by person: String, key: String = UUIDv7.make()
    ) async throws(APIClientError) -> SyncStatusView {
        try await write("POST", "/v1/sync/readdress", ReaddressBody(url: url, by: person), key: key)
    }

    private func messagePath(_ id: String, _ rest: String = "") throws(APIClientError) -> String {
        guard UUIDv7.isUUID(id) else {
            throw .problem(Problem(Fault(.apiNotFound, "a message's id is a UUID"), status: 404))
        }
        return "/v1/queue/\(id)\(rest)"
    }
}
