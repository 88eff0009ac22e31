/// What the local API can ask of the queue and of the way to the platform.
public protocol SyncService: Sendable {
    /// One message of the queue. Throws `apiNotFound`.
    func message(_ id: String) async throws(Fault) -> QueueMessageView
    /// Opens every waiting and quarantined message and checks its digest and form.
    func checkQueue() async throws(Fault) -> QueueCheckView
    func syncStatus() async throws(Fault) -> SyncStatusView
    /// Looks at every layer of the way to the platform, now.
    func diagnoseSync() async throws(Fault) -> SyncDiagnosisView

    /// Sends a quarantined message again. The answer is a `QueueMessageView`, as those of `hold` and `release`.
    func retry(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Sends every quarantined message again. The answer is a `SyncStatusView`.
    func retryAll(token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Keeps a waiting message from being sent.
    func hold(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func release(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Tries everything that waits now. The answer is a `SyncStatusView`, as that of `readdress`.
    func sendNow(token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Sends to another platform from now on. Throws `configBadValue` for an address that is not taken here.
    func readdress(_ url: String, by person: String, token: IdempotencyToken) async throws(Fault) -> StoredReply
}
