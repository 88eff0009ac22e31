import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync
import Logging
import Prescribing

/// What the agent is made of. Devices are seen by their ports only, never by their drivers.
public struct AgentParts: Sendable {
    public let store: Store
    public let clock: any KioskClock
    public let reader: any PatientCardStation
    /// The resident ID card reader, where the kiosk has one.
    public let idReader: (any PatientCardStation)?
    public let doctorReader: any DoctorCardStation
    public let cabinet: any MedicineCabinet
    public let printer: any SlipPrinter
    /// The devices below their drivers, for a technician; nil where there is no such way.
    public let desk: (any DeviceService)?
    public let face: any FaceVerifier
    /// The doctors, or why there are none: signing needs them, everything else goes on.
    public let registry: Result<DoctorRegistry, Fault>
    /// By what faces are compared, or why they can't be: then the PIN takes the face's place.
    public let facePolicy: Result<FacePolicy, Fault>
    public let formulary: Formulary
    public let deviceKey: SigningKey
    public let logger: Logger
    /// The number of the cabinet's controller; nil where it is not told.
    public var cabinetUnit: (@Sendable () async throws(Fault) -> UInt64)?
    /// The way to the platform; nil where there is none to ask.
    public var sync: (any SyncControl)?
    /// Watches the disk's space; nil where it is not watched.
    public var disk: DiskGuard?
    /// Takes the registry once more, and gives nil where it is the one that was taken last; nil where that makes no
    /// sense. It is asked at each sign-in and each signature.
    public var retakeRegistry: (@Sendable () async -> Result<DoctorRegistry, Fault>?)?

    public init(
        store: Store, clock: any KioskClock, reader: any PatientCardStation,
        idReader: (any PatientCardStation)? = nil, doctorReader: any DoctorCardStation,
        cabinet: any MedicineCabinet, printer: any SlipPrinter, desk: (any DeviceService)? = nil,
        face: any FaceVerifier, registry: Result<DoctorRegistry, Fault>, facePolicy: Result<FacePolicy, Fault>,
        formulary: Formulary, deviceKey: SigningKey, logger: Logger
    ) {
        self.store = store
        self.clock = clock
        self.reader = reader
        self.idReader = idReader
        self.doctorReader = doctorReader
        self.cabinet = cabinet
        self.printer = printer
        self.desk = desk
        self.face = face
        self.registry = registry
        self.facePolicy = facePolicy
        self.formulary = formulary
        self.deviceKey = deviceKey
        self.logger = logger
    }

    /// Where patients can say who they are, each with its role.
    var patientReaders: [PatientReader] {
        [PatientReader(role: "reader", station: reader)]
            + (idReader.map { [PatientReader(role: "idcard", station: $0, overlooksCards: true)] } ?? [])
    }
}

/// One of the patient's card readers.
struct PatientReader: Sendable {
    let role: String
    let station: any PatientCardStation
    /// Whether a card that was read may be told as removed while it lies there, and be found again when it is moved.
    var overlooksCards = false
}
