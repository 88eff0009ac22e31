import Foundation
import KioskModel
import KioskPlatform
import KioskStore
import Logging
import Prescribing

/// The kiosk's agent: one visit at a time, each step persisted before its act.
///
/// Writes come through the local API; cards come from the reader. The agent owns no device and no socket.
public actor Agent: KioskService {
    let configuration: AgentConfiguration
    let parts: AgentParts
    let hub: EventHub
    let started: Stamp

    /// The doctors, or why there are none.
    var registry: Result<DoctorRegistry, Fault>
    /// Why a newer registry was not taken in the place of the one in force.
    var registryFault: Fault?
    /// The doctor who is signed in; gone after a restart.
    var session: DoctorSession?
    /// What opens the PIN way, where something does.
    var pinWay: PINWay?
    /// Where another patient's card was refused at the open visit: who stands at the kiosk now is not known.
    var stranger: (visit: VisitID, reader: String)?
    /// The trouble that each of the patient's readers met last, by role.
    var readerFaults: [String: Fault] = [:]
    /// The patient's readers that have a card, by role.
    var cardsPresent: Set<String> = []
    /// The patient's readers whose card was there before they were looked at, by role.
    var cardsFound: Set<String> = []
    /// The visit that each reader's last card was for, by role; gone once its patient was reminded of the card.
    var lastVisits: [String: VisitID] = [:]
    /// The readers whose reminder of a card stands although they no longer tell of one, by role.
    var reminding: Set<String> = []
    /// Waits until the patient of the visit that ended had time to take card and slip.
    var farewell: Task<Void, Never>?
    /// What the person at the kiosk is asked to do now.
    var prompt: Prompt?
    /// Visits with a step under way: a second step waits its turn by being refused.
    var occupied: Set<VisitID> = []
    /// Devices that a technician works on: no step begins meanwhile.
    var serviced: Set<String> = []
    /// Whether the camera is being looked through: one scan at a time.
    var isScanning = false
    /// A technician's act at the cabinet is under way: no box is sent for meanwhile.
    var technicianAtCabinet = false
    /// Why what the cabinet logged could not be taken over the last time.
    var untakenLog: Fault?
    /// The controller keeps no temperatures at all.
    var keepsNoLog = false
    /// What is wrong with knowing the cabinet's temperature.
    var temperatureFault: Fault?
    /// The controller's log is being taken over: one at a time, or a reading would be kept twice.
    var temperatureRun: Task<Void, Never>?
    /// Whether the log is followed by itself.
    var watchesTemperature = false
    /// The first filling of the stock is being stored; `isFilled` once it is.
    var filling: Task<Result<Void, Fault>, Never>?
    var isFilled = false
    var stopping = false
    /// The check of a store whose last run was cut off; ends with what it found.
    var storeCheck: Task<Fault?, Never>?
    /// What is, or was at this start, wrong with the store.
    var storeFault: Fault?

    /// The alert that is being stored, behind those before it.
    var alerts: Task<Void, Never>?

    private var recovery: Task<Void, Never>?
    private var running: [String: (fingerprint: String, task: Task<Result<StoredReply, Fault>, Never>)] = [:]

    public init(configuration: AgentConfiguration, parts: AgentParts) {
        self.configuration = configuration
        self.parts = parts
        registry = parts.registry
        hub = EventHub(clock: parts.clock)
        started = parts.clock.stamp()
        prompt = Self.invitation(parts)
    }

    var store: Store { parts.store }
    var clock: any KioskClock { parts.clock }
    var logger: Logger { parts.logger }

    /// Settles what the last run left open, then follows the patient's readers until cancelled.
    public func run() async {
        beginStoreCheck()
        await recovered()
        let watch = Task { await watchTemperature() }
        defer { watch.cancel() }
        await followCards()
    }

    /// Returns when what the last run left open is settled; whoever comes first begins it.
    ///
    /// A write that ran meanwhile would be taken for a step of the last run.
    func recovered() async {
        let task = recovery ?? Task { await recover() }
        recovery = task
        await task.value
    }

    /// Ends steps under way and lets the devices go; what was begun stays persisted as begun.
    public func stop() async {
        stopping = true
        for (_, entry) in running { entry.task.cancel() }
        hub.close()
        farewell?.cancel()
        async let reader: Void = parts.reader.shutdown()
        async let idReader: Void? = parts.idReader?.shutdown()
        async let doctorReader: Void = parts.doctorReader.shutdown()
        async let cabinet: Void = parts.cabinet.shutdown()
        async let printer: Void = parts.printer.shutdown()
        async let face: Void = parts.face.shutdown()
        _ = await (reader, idReader, doctorReader, cabinet, printer, face)
        for (_, entry) in running { _ = await entry.task.value }
        await alerts?.value
    }

    public func events(after sequence: UInt64?) async -> AsyncStream<AgentEvent> { hub.stream(after: sequence) }

    public func reply(to token: IdempotencyToken) async throws(Fault) -> StoredReply? {
        try await store.idempotentReply(token)
    }

    /// Runs a write once for its key: a repeat gets the stored answer, a twin under way shares the one task.
    func once(
        _ token: IdempotencyToken, _ body: @escaping @Sendable () async throws(Fault) -> StoredReply
    ) async throws(Fault) -> StoredReply {
        guard !stopping else { throw Fault(.apiUnavailable, "shutting down") }
        if let twin = running[token.key] {
            guard twin.fingerprint == token.fingerprint else { throw Fault(.apiKeyReused) }
            return try await twin.task.value.get()
        }
        // Looked up by the one task of the key: a twin that asked before it ended could find nothing and begin again.
        let task = Task { () async -> Result<StoredReply, Fault> in
            do throws(Fault) {
                if let stored = try await store.idempotentReply(token) { return .success(stored) }
                await recovered()
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        running[token.key] = (token.fingerprint, task)
        defer { running[token.key] = nil }
        return try await task.value.get()
    }

    /// Holds a visit for one step; a second step that comes meanwhile is refused, not queued.
    func holding(
        _ visit: VisitID, _ body: @Sendable () async throws(Fault) -> StoredReply
    ) async throws(Fault) -> StoredReply {
        if let role = serviced.min() { throw Fault(.usbDeviceInUse, "a technician works on it", device: role) }
        guard occupied.insert(visit).inserted else {
            throw Fault(.visitWrongState, "another step of this visit is under way")
        }
        defer { occupied.remove(visit) }
        return try await body()
    }

    func say(_ next: Prompt?, visit: VisitID? = nil) {
        prompt = next
        if let next { hub.emit("prompt", visit: visit, prompt: next) }
    }

    func report(_ fault: Fault, visit: VisitID? = nil) {
        logger.warning("\(fault)")
        hub.emit("fault", visit: visit, fault: fault)
        alert(fault, visit: visit)
    }
}
