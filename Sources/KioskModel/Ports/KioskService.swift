/// The Idempotency-Key of a write and a fingerprint of its request; a key with another fingerprint is refused.
public struct IdempotencyToken: Sendable, Hashable, Codable {
    public let key: String
    /// SHA-256 hex of method, path and body.
    public let fingerprint: String

    public init(key: String, fingerprint: String) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// A finished write's answer, stored in the same transaction as its effect and sent again for the same key.
public struct StoredReply: Sendable, Hashable, Codable {
    /// HTTP status.
    public let status: Int
    /// JSON.
    public let body: [UInt8]

    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// What the local API can ask of the agent. Every write is safe to repeat with the same token.
public protocol KioskService: CabinetService {
    func status() async throws(Fault) -> StatusView
    func devices() async -> [DeviceStatus]
    /// The newest visits first.
    func visits(limit: Int) async throws(Fault) -> [VisitView]
    func visit(_ id: VisitID) async throws(Fault) -> VisitView
    func queue(limit: Int) async throws(Fault) -> [QueueItemView]
    /// Events after `sequence` that are still held, then live ones.
    func events(after sequence: UInt64?) async -> AsyncStream<AgentEvent>

    /// The stored answer of an earlier write with this key; throws `apiKeyReused` on another fingerprint.
    func reply(to token: IdempotencyToken) async throws(Fault) -> StoredReply?
    /// Signs a doctor in with card and PIN. The answer is a `SessionView`.
    func signIn(pin: Secret<String>, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func signOut(token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Enrols the signed-in doctor's face from the camera. The answer is a `SessionView`.
    func enrolFace(token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// The answers of the following are `VisitView`s.
    func prescribe(_ visit: VisitID, _ draft: PrescriptionDraft, token: IdempotencyToken) async throws(Fault)
        -> StoredReply
    /// Signs by face, or by PIN where the face can't be used and `pin` is given.
    func sign(_ visit: VisitID, pin: Secret<String>?, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func dispense(_ visit: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func print(_ visit: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Ends a visit that goes no further; what happened is reported to the platform.
    func abort(_ visit: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Records what a person saw of a dispense whose outcome was not known.
    func resolve(
        _ visit: VisitID, transaction: UInt32, dropped: Bool, by person: String, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply
    /// Records what a person saw of a print whose outcome was not known: done, or print it again.
    func resolvePrint(_ visit: VisitID, printed: Bool, by person: String, token: IdempotencyToken)
        async throws(Fault) -> StoredReply
}
