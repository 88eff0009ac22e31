import Foundation
import KioskAPI
import KioskModel

/// The agent's side of the local API for these tests: it stores replies, counts effects and fails when told to.
actor ScriptedService: KioskService {
    static let visitID = "01936b6e-3f00-7abc-8def-0123456789ab"
    static let stamp = Stamp(boot: "b", monotonic: 1, wall: 1_795_341_600_000, quality: .synchronized)

    private(set) var effects: [String] = []
    private(set) var draft: PrescriptionDraft?
    private var replies: [String: (fingerprint: String, reply: StoredReply)] = [:]
    private(set) var fingerprints: [String] = []
    private var fault: Fault?
    private var isHeld = false
    private var held: [CheckedContinuation<Void, Never>] = []
    private var heldEvents: [AgentEvent] = []
    private var readers: [AsyncStream<AgentEvent>.Continuation] = []

    func fail(with fault: Fault?) { self.fault = fault }

    /// From now on every write waits for `release`.
    func hold() { isHeld = true }

    func release() {
        isHeld = false
        for continuation in held { continuation.resume() }
        held = []
    }

    var waiting: Int { held.count }

    func emit(_ sequence: UInt64, kind: String = "visit") {
        let event = AgentEvent(
            sequence: sequence, kind: kind, at: Self.stamp, visit: Self.visitID, prompt: PromptView(.takeSlip),
            fault: nil, state: "出药")
        heldEvents.append(event)
        for reader in readers { reader.yield(event) }
    }

    var readerCount: Int { readers.count }

    func status() throws(Fault) -> StatusView {
        if let fault { throw fault }
        return StatusView(
            version: "0.1", kiosk: "kiosk-01", profile: "lab", mode: .clinicOnsite, state: "ready", uptimeSeconds: 3,
            visit: Self.visit(), doctor: Self.session, devices: devices(),
            queue: QueueSummary(pending: 1, quarantined: 0, oldestSeconds: 2, lastFault: Fault(.syncUnreachable)),
            faults: [FaultView(Fault(.printerPaperLow))], prompt: PromptView(.seeDoctor))
    }

    func devices() -> [DeviceStatus] { [DeviceStatus(role: "printer", state: .ready, address: "1-1")] }

    func device(_ role: String) throws(Fault) -> DeviceView {
        guard role == "printer" else { throw Fault(.apiNotFound, "no such role") }
        return DeviceView(device: devices()[0], usb: Self.report)
    }

    static let report = USBDeviceReport(
        transport: "libusb", boundPath: "1-1", manufacturer: "Maker", release: "1.04", interfaces: ["07/01/02"],
        failures: 3, rung: Fault(.usbHaltCleared, "failure 3 in a row", device: "printer"),
        recovery: [.init(code: "K-USB-011", tried: 2, helped: 1)], offers: ["reset"])

    static let printerView = PrinterView(
        device: DeviceStatus(role: "printer", state: .fault, fault: Fault(.printerPaperOut, device: "printer")),
        sensors: .init(
            paperOut: true, paperLow: true, coverOpen: false, cutterStuck: false, failed: false, offline: true),
        model: "EPSON TM-T88V", profile: "generic-80", dots: 576, completion: "fence")

    func printer() -> PrinterView { Self.printerView }

    func resetDevice(_ role: String, power: Bool, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        let view = DeviceView(device: try device(role).device, usb: nil, done: ["opened-anew"])
        return try await act(power ? "power-cycle \(role)" : "reset \(role)", token, view)
    }

    func recordDevice(_ role: String, seconds: Int) throws(Fault) -> [UInt8] {
        _ = try device(role)
        return Array("{\"seconds\":\(seconds)}\n".utf8)
    }

    func printTestPage(_ language: PrintDocument.Language, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("test page \(language)", token, PrintReport(documentNumber: "T1", state: "confirmed"))
    }

    func purgePrinter(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("purge", token, Self.printerView)
    }

    func visits(limit: Int) throws(Fault) -> [VisitView] {
        if let fault { throw fault }
        return Array(repeating: Self.visit(), count: min(limit, 3))
    }

    func visit(_ id: VisitID) throws(Fault) -> VisitView {
        if let fault { throw fault }
        guard id == Self.visitID else { throw Fault(.apiNotFound, "not here") }
        return Self.visit()
    }

    func queue(limit: Int) throws(Fault) -> [QueueItemView] {
        [
            QueueItemView(
                id: "q", sequence: 1, kind: "bundle", visit: nil, state: "pending", attempts: limit, bytes: 9,
                queuedAt: Self.stamp, fault: nil)
        ]
    }

    func events(after sequence: UInt64?) -> AsyncStream<AgentEvent> {
        let (stream, continuation) = AsyncStream<AgentEvent>.makeStream()
        if let sequence { for event in heldEvents where event.sequence > sequence { continuation.yield(event) } }
        readers.append(continuation)
        continuation.onTermination = { [weak self] _ in Task { await self?.forgetReader() } }
        return stream
    }

    private func forgetReader() { readers = Array(readers.dropLast()) }

    func reply(to token: IdempotencyToken) throws(Fault) -> StoredReply? {
        fingerprints.append(token.fingerprint)
        guard let stored = replies[token.key] else { return nil }
        guard stored.fingerprint == token.fingerprint else { throw Fault(.apiKeyReused) }
        return stored.reply
    }

    func signIn(pin: Secret<String>, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        guard pin.reveal({ $0 == "123456" }) else { throw Fault(.doctorPINWrong, "2 tries left") }
        return try await act("signIn", token, Self.session)
    }

    func signOut(token: IdempotencyToken) async throws(Fault) -> StoredReply { try await act("signOut", token, "gone") }

    func faces() throws(Fault) -> FaceList { FaceList([Self.enrolment("D001", "w", 1)]) }

    func faceQuality() throws(Fault) -> FaceQuality {
        FaceQuality(camera: "c", simulated: true, pictures: 3, good: 2, prompt: nil, measures: [.init(.tilt, 1)])
    }

    func enrolFace(
        _ doctor: DoctorID, pin: Secret<String>, by witness: FaceWitness, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await act(
            "enrolFace \(doctor) \(witness.name) \(witness.user)", token,
            Self.enrolment(doctor, witness.name, witness.user))
    }

    func deleteFace(
        _ doctor: DoctorID, by witness: FaceWitness, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await act(
            "deleteFace \(doctor) \(witness.name)", token,
            FaceDeletion(
                doctor: doctor, templates: 3, at: Self.stamp, by: witness, link: 7, hash: "h", isScrubbed: true))
    }

    static func enrolment(_ doctor: DoctorID, _ name: String, _ user: UInt32) -> FaceEnrolment {
        FaceEnrolment(
            doctor: doctor, model: "m", version: 1, templates: 3, at: stamp, by: .init(name: name, user: user))
    }

    func prescribe(
        _ visit: VisitID, _ draft: PrescriptionDraft, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        self.draft = draft
        return try await act("prescribe", token, Self.visit())
    }

    func sign(
        _ visit: VisitID, prescription: PrescriptionID?, pin: Secret<String>?, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        let effect = pin == nil ? "sign by face" : "sign by PIN"
        return try await act([effect, prescription].compactMap(\.self).joined(separator: " "), token, Self.visit())
    }

    func dispense(_ visit: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("dispense", token, Self.visit(.dispensed))
    }

    func print(_ visit: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("print", token, Self.visit())
    }

    func abort(_ visit: VisitID, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("abort", token, Self.visit(.aborted))
    }

    func resolve(
        _ visit: VisitID, transaction: UInt32, dropped: Bool, by person: String, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await act("resolve \(transaction) \(dropped) \(person)", token, Self.visit())
    }

    func resolvePrint(
        _ visit: VisitID, printed: Bool, by person: String, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await act("resolve-print \(printed) \(person)", token, Self.visit())
    }

    func message(_ id: String) throws(Fault) -> QueueMessageView {
        guard id == Self.visitID else { throw Fault(.apiNotFound, "not here") }
        return Self.message
    }

    func checkQueue() -> QueueCheckView { QueueCheckView(messages: 3, bytes: 9, damaged: ["x"]) }

    func syncStatus() -> SyncStatusView { Self.sync }

    func diagnoseSync() -> SyncDiagnosisView {
        SyncDiagnosisView(
            platform: "https://p", layers: [SyncLayerView("link", .failed, "", fault: Fault(.syncNoLink))])
    }

    func retry(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("retry", token, Self.message)
    }

    func retryAll(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("retry all", token, Self.sync)
    }

    func hold(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("hold", token, Self.message)
    }

    func release(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("release", token, Self.message)
    }

    func sendNow(token: IdempotencyToken) async throws(Fault) -> StoredReply { try await act("now", token, Self.sync) }

    func readdress(_ url: String, by person: String, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await act("readdress \(url) \(person)", token, Self.sync)
    }

    static let sync = SyncStatusView(
        state: "idle", queue: QueueSummary(pending: 1, quarantined: 0, oldestSeconds: 2, lastFault: nil))

    static let message = QueueMessageView(
        item: QueueItemView(
            id: visitID, sequence: 1, kind: "consultation", visit: nil, state: "pending", attempts: 0, bytes: 9,
            queuedAt: stamp, fault: nil), resources: ["Encounter/x"], digest: "00")

    func act(
        _ effect: String, _ token: IdempotencyToken, _ answer: some Encodable
    ) async throws(Fault) -> StoredReply {
        if isHeld { await withCheckedContinuation { held.append($0) } }
        if let fault { throw fault }
        effects.append(effect)
        guard let body = try? JSONEncoder().encode(answer) else { throw Fault(.internalError) }
        let reply = StoredReply(status: 200, body: Array(body))
        replies[token.key] = (token.fingerprint, reply)
        return reply
    }

    static let session = SessionView(
        doctor: "D001", name: "王医生", since: stamp, custody: .softwareLab, faceEnrolled: false)

    static func visit(_ state: VisitState = .opened) -> VisitView {
        VisitView(
            id: visitID, state: state, mode: .clinicOnsite, patient: "张○○", openedAt: stamp, closedAt: nil,
            prescription: nil, prescriptionNumber: nil, lines: [], rules: [], signedBy: nil, dispense: [], slip: nil,
            sync: "none", simulated: ["reader"], fault: nil, prompt: nil)
    }
}
