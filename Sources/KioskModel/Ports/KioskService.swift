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
public protocol KioskService: SyncService, CabinetService {
    func status() async throws(Fault) -> StatusView
    func devices() async -> [DeviceStatus]
    /// One device by its role. Throws `apiNotFound`.
    func device(_ role: String) async throws(Fault) -> DeviceView
    func printer() async -> PrinterView
    /// The newest visits first.
    func visits(limit: Int) async throws(Fault) -> [VisitView]
    func visit(_ id: VisitID) async throws(Fault) -> VisitView
    func queue(limit: Int) async throws(Fault) -> [QueueItemView]
    /// The doctors whose faces are enrolled.
    func faces() async throws(Fault) -> FaceList
    /// Looks through the camera for a moment and says how well it sees.
    func faceQuality() async throws(Fault) -> FaceQuality
    /// Events after `sequence` that are still held, then live ones.
    func events(after sequence: UInt64?) async -> AsyncStream<AgentEvent>

    /// The stored answer of an earlier write with this key; throws `apiKeyReused` on another fingerprint.
    func reply(to token: IdempotencyToken) async throws(Fault) -> StoredReply?
    /// Resets a device, or switches its power off and on; refused with `usbDeviceInUse` while a step is under way.
    /// The answer is a `DeviceView`.
    func resetDevice(_ role: String, power: Bool, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Records the transfers with a device for 1 to 600 seconds; gives JSON lines that hold nothing of a person. Its
    /// beginning is refused with `usbDeviceInUse` while a step is under way; steps may begin meanwhile.
    func recordDevice(_ role: String, seconds: Int) async throws(Fault) -> [UInt8]
    /// Prints the technician's page. The answer is a `PrintReport`.
    func printTestPage(_ language: PrintDocument.Language, token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Empties the printer's buffers. The answer is a `PrinterView`.
    func purgePrinter(token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Signs a doctor in with card and PIN. The answer is a `SessionView`.
    func signIn(pin: Secret<String>, token: IdempotencyToken) async throws(Fault) -> StoredReply
    func signOut(token: IdempotencyToken) async throws(Fault) -> StoredReply
    /// Enrols the face of the doctor whose card is in the reader and whose PIN this is, with a second person as
    /// witness. The answer is a `FaceEnrolment`.
    func enrolFace(
        _ doctor: DoctorID, pin: Secret<String>, by witness: FaceWitness, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply
    /// Overwrites a doctor's templates. The answer is a `FaceDeletion`.
    func deleteFace(
        _ doctor: DoctorID, by witness: FaceWitness, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply
    /// The answers of the following are `VisitView`s.
    func prescribe(_ visit: VisitID, _ draft: PrescriptionDraft, token: IdempotencyToken) async throws(Fault)
        -> StoredReply
    /// Signs by face, or by PIN where the face can't be used and `pin` is given; `prescription` is the one that the
    /// doctor has seen.
    ///
    /// Throws `rxNotTheOneShown` where another one is stored by now: nothing is signed and nobody is scanned. In
    /// production it must be named, else this throws `apiMalformed`.
    func sign(
        _ visit: VisitID, prescription: PrescriptionID?, pin: Secret<String>?, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply
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
