/// What the local API shows of the kiosk; the command line renders exactly this.
public struct StatusView: Codable, Sendable, Hashable {
    public var schema = 1
    public let version: String
    public let kiosk: String
    /// `lab` or `production`.
    public let profile: String
    public let mode: ServiceMode
    /// `ready`, `busy`, `degraded` or `needs-person`.
    public let state: String
    public let uptimeSeconds: Double
    public let visit: VisitView?
    public let doctor: SessionView?
    public let devices: [DeviceStatus]
    public let queue: QueueSummary
    public let faults: [FaultView]
    public let prompt: PromptView?
    /// Nil where it can't be told.
    public var disk: DiskView?

    public init(
        version: String, kiosk: String, profile: String, mode: ServiceMode, state: String, uptimeSeconds: Double,
        visit: VisitView?, doctor: SessionView?, devices: [DeviceStatus], queue: QueueSummary, faults: [FaultView],
        prompt: PromptView?
    ) {
        self.version = version
        self.kiosk = kiosk
        self.profile = profile
        self.mode = mode
        self.state = state
        self.uptimeSeconds = uptimeSeconds
        self.visit = visit
        self.doctor = doctor
        self.devices = devices
        self.queue = queue
        self.faults = faults
        self.prompt = prompt
    }
}

/// A fault with its words, for people.
public struct FaultView: Codable, Sendable, Hashable {
    public let code: String
    public let severity: FaultSeverity
    public let zh: String
    public let en: String
    public let nextStepZh: String
    public let nextStepEn: String
    public let detail: String
    public let device: String?

    public init(_ fault: Fault) {
        let entry = fault.code.entry
        code = fault.code.rawValue
        severity = entry.severity
        zh = entry.zh
        en = entry.en
        nextStepZh = entry.nextStepZh
        nextStepEn = entry.nextStepEn
        detail = fault.detail
        device = fault.device
    }
}

public struct PromptView: Codable, Sendable, Hashable {
    public let code: String
    public let zh: String
    public let en: String

    public init(_ prompt: Prompt) {
        code = prompt.rawValue
        zh = prompt.zh
        en = prompt.en
    }
}

/// The doctor who is signed in.
public struct SessionView: Codable, Sendable, Hashable {
    public let doctor: DoctorID
    public let name: String
    public let since: Stamp
    public let custody: KeyCustody
    /// Whether a face is enrolled for the doctor.
    public let faceEnrolled: Bool

    public init(doctor: DoctorID, name: String, since: Stamp, custody: KeyCustody, faceEnrolled: Bool) {
        self.doctor = doctor
        self.name = name
        self.since = since
        self.custody = custody
        self.faceEnrolled = faceEnrolled
    }
}

/// One visit as people may see it: the name is masked.
public struct VisitView: Codable, Sendable, Hashable {
    public struct DispenseRow: Codable, Sendable, Hashable {
        public let transaction: UInt32
        public let medicine: String
        public let slot: Int
        /// `intended`, or the outcome.
        public let state: String
        public let lot: String?
        /// The trace code that the box was loaded under.
        public let trace: String?

        public init(
            transaction: UInt32, medicine: String, slot: Int, state: String, lot: String? = nil, trace: String? = nil
        ) {
            self.transaction = transaction
            self.medicine = medicine
            self.slot = slot
            self.state = state
            self.lot = lot
            self.trace = trace
        }
    }

    public let id: VisitID
    public let state: VisitState
    public let mode: ServiceMode
    public let patient: String
    public let openedAt: Stamp
    public let closedAt: Stamp?
    public let prescription: PrescriptionID?
    public let prescriptionNumber: String?
    public let lines: [PrescriptionLine]
    public let rules: [RuleResult]
    /// `face`, `pin`, or nil while unsigned.
    public let signedBy: String?
    public let dispense: [DispenseRow]
    /// The print job's state, where there is one.
    public let slip: String?
    /// `none`, `pending`, `acknowledged` or `quarantined`.
    public let sync: String
    public let simulated: [String]
    public let fault: FaultView?
    public let prompt: PromptView?

    public init(
        id: VisitID, state: VisitState, mode: ServiceMode, patient: String, openedAt: Stamp, closedAt: Stamp?,
        prescription: PrescriptionID?, prescriptionNumber: String?, lines: [PrescriptionLine], rules: [RuleResult],
        signedBy: String?, dispense: [DispenseRow], slip: String?, sync: String, simulated: [String],
        fault: FaultView?, prompt: PromptView?
    ) {
        self.id = id
        self.state = state
        self.mode = mode
        self.patient = patient
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.prescription = prescription
        self.prescriptionNumber = prescriptionNumber
        self.lines = lines
        self.rules = rules
        self.signedBy = signedBy
        self.dispense = dispense
        self.slip = slip
        self.sync = sync
        self.simulated = simulated
        self.fault = fault
        self.prompt = prompt
    }
}

public struct QueueSummary: Codable, Sendable, Hashable {
    public let pending: Int
    public let quarantined: Int
    /// Seconds since the oldest pending item was queued, where there is one.
    public let oldestSeconds: Double?
    public let lastFault: Fault?

    public init(pending: Int, quarantined: Int, oldestSeconds: Double?, lastFault: Fault?) {
        self.pending = pending
        self.quarantined = quarantined
        self.oldestSeconds = oldestSeconds
        self.lastFault = lastFault
    }
}

/// One item of the outbox; the payload is not shown.
public struct QueueItemView: Codable, Sendable, Hashable {
    public let id: String
    public let sequence: Int64
    public let kind: String
    public let visit: VisitID?
    /// `pending`, `quarantined` or `acknowledged`.
    public let state: String
    public let attempts: Int
    public let bytes: Int
    public let queuedAt: Stamp
    public let fault: Fault?
    /// 0 (safety) to 3; nil where it is not told.
    public var priority: Int?
    /// Whether a person holds it back.
    public var held: Bool?

    public init(
        id: String, sequence: Int64, kind: String, visit: VisitID?, state: String, attempts: Int, bytes: Int,
        queuedAt: Stamp, fault: Fault?
    ) {
        self.id = id
        self.sequence = sequence
        self.kind = kind
        self.visit = visit
        self.state = state
        self.attempts = attempts
        self.bytes = bytes
        self.queuedAt = queuedAt
        self.fault = fault
    }
}

/// One event of the agent's stream (server-sent events); `sequence` is the SSE id for replay.
public struct AgentEvent: Codable, Sendable, Hashable {
    public let sequence: UInt64
    /// `prompt`, `visit`, `device`, `fault`, `step`, `sync`.
    public let kind: String
    public let at: Stamp
    public let visit: VisitID?
    public let prompt: PromptView?
    public let fault: FaultView?
    /// The new state, or the step's name.
    public let state: String?

    public init(
        sequence: UInt64, kind: String, at: Stamp, visit: VisitID?, prompt: PromptView?, fault: FaultView?,
        state: String?
    ) {
        self.sequence = sequence
        self.kind = kind
        self.at = at
        self.visit = visit
        self.prompt = prompt
        self.fault = fault
        self.state = state
    }
}

/// An error of the local API: `application/problem+json` (RFC 9457) with the fault's code and next step.
public struct Problem: Codable, Sendable, Hashable, Error {
    /// `urn:kiosk:fault:K-…`.
    public let type: String
    public let title: String
    public let titleZh: String
    public let status: Int
    public let detail: String
    public let code: String
    public let retryable: Bool
    public let action: String
    public let actionZh: String
    public let device: String?

    public init(_ fault: Fault, status: Int) {
        let entry = fault.code.entry
        type = "urn:kiosk:fault:\(fault.code.rawValue)"
        title = entry.en
        titleZh = entry.zh
        self.status = status
        detail = fault.detail
        code = fault.code.rawValue
        retryable = entry.retryable
        action = entry.nextStepEn
        actionZh = entry.nextStepZh
        device = fault.device
    }
}
