import KioskModel

/// Everything that the kiosk's one TOML file says, checked: who it is, its paths, devices, keys and platform.
///
/// Every path is absolute: relative ones are resolved against the file's folder.
public struct KioskConfiguration: Sendable, Hashable {
    /// What the kiosk may treat as real.
    public enum Profile: String, Sendable, Hashable, CaseIterable {
        /// Simulated devices and software keys are accepted and marked.
        case lab
        /// Simulated parts are refused.
        case production
    }

    /// `[kiosk]`: who this kiosk is.
    public struct Kiosk: Sendable, Hashable {
        /// 3–40 of a–z, 0–9 and `-`.
        public let id: String
        /// The name for people; the id where none is given.
        public let name: String
        /// The site that a doctor's scope is checked against; empty where none is given.
        public let site: String
        public let profile: Profile
        public let mode: ServiceMode
    }

    /// `[paths]`: where the kiosk keeps its records and sockets.
    public struct Paths: Sendable, Hashable {
        public let data: String
        /// The local API; by default `kioskd.sock` in `data`.
        public let socket: String
        /// The face service; by default `vision.sock` in `data`.
        public let visionSocket: String
    }

    /// `[usb]`: how the USB devices are reached.
    public struct USB: Sendable, Hashable {
        public enum Transport: String, Sendable, Hashable, CaseIterable { case libusb, usbip }

        public let transport: Transport
        /// The USB/IP server: a loopback IPv4 address.
        public let host: String
        public let port: UInt16
    }

    /// `[devices.ROLE]`: which attached device serves a role; what is nil accepts any.
    public struct Device: Sendable, Hashable {
        /// Port path (`1-1.4`) or bus id.
        public let path: String?
        public let vendor: UInt16?
        public let product: UInt16?
        /// The serial number in the device's own descriptors.
        public let serial: String?
        /// The slot of a card reader with several, from 0; nil where the file does not say.
        public let slot: UInt8?
        /// The PC/SC name of a card reader or its beginning; nil where the path decides.
        public let readerName: String?
    }

    /// What drives the readers of smart cards: one for all, so that no reader is ever driven by both.
    public enum CardBackEnd: String, Sendable, Hashable, CaseIterable { case ccid, pcsc }

    /// What `[devices.printer] profile` may name: the drivers' table, which this module does not see.
    public struct PrinterKind: Sendable, Hashable {
        public let name: String
        /// The paper's width in millimetres.
        public let width: Int

        public init(name: String, width: Int) {
            self.name = name
            self.width = width
        }
    }

    /// `[devices]`: the roles. A role without a section takes the first device of its class; `idcard`
    /// is served only with one.
    public struct Devices: Sendable, Hashable {
        public let cardBackEnd: CardBackEnd
        public let reader: Device
        public let doctorReader: Device
        /// The resident ID card reader; nil where the kiosk has none.
        public let idCard: Device?
        public let printer: Device
        /// The paper's width in millimetres: 58 or 80, the profile's where one is named.
        public let printerWidth: Int
        /// One of the printer kinds that the configuration was read with; nil where the width decides.
        public let printerProfile: String?
        public let dispenser: Device
    }

    /// `[registry]`: the signed list of doctors and the key that it is checked with.
    public struct Registry: Sendable, Hashable {
        public let file: String
        public let publicKeyFile: String
    }

    /// `[face]`: how a doctor's face is compared.
    public struct Face: Sendable, Hashable {
        /// The list of models that the platform signed, and the key that it is checked with.
        public struct ModelList: Sendable, Hashable {
            public let file: String
            public let publicKeyFile: String

            public init(file: String, publicKeyFile: String) {
                self.file = file
                self.publicKeyFile = publicKeyFile
            }
        }

        /// Nil in a laboratory; production without one has no face (K-FAC-016).
        public let modelList: ModelList?
        /// Cosine similarity at or above which the face is the doctor's, 0.30–0.95; a signed one counts where it is
        /// higher.
        public let threshold: Double
        /// Seconds for one scan with its head turns, 1–30.
        public let timeLimit: Double
        /// The least liveness, 0–1.
        public let minLiveness: Double
    }

    /// `[platform]`: where records go, and how the connection is secured.
    public struct Platform: Sendable, Hashable {
        /// The FHIR base address; nil where records only wait.
        public let url: String?
        /// PEM files; they are read again whenever they change.
        public let authorityFile: String?
        public let certificateFile: String?
        public let keyFile: String?
        /// The Ed25519 public key that the platform's orders are checked by; without it none is followed.
        public let envelopeKeyFile: String?
        /// Minutes between two state reports; 0 for none.
        public let heartbeatMinutes: Int
    }

    /// `[disk]`: MiB of free space at which the kiosk begins to do less.
    public struct Disk: Sendable, Hashable {
        /// Below it no state reports are queued.
        public let telemetryMB: Int
        /// Below it no new visit is taken.
        public let visitsMB: Int
        /// Kept aside for visits under way and alerts.
        public let reserveMB: Int

        public init(telemetryMB: Int, visitsMB: Int, reserveMB: Int) {
            self.telemetryMB = telemetryMB
            self.visitsMB = visitsMB
            self.reserveMB = reserveMB
        }
    }

    /// `[api]`: the Unix groups whose members may use the local API.
    public struct API: Sendable, Hashable {
        public let technicianGroup: String?
        public let doctorGroup: String?
    }

    /// `[retention]`: how long visits stay on this kiosk, in days since their last change.
    public struct Retention: Sendable, Hashable {
        /// After which a visit that the platform has moves to the archive, 0–3650.
        public let liveDays: Int
        /// Before which no patient's records are erased, 0–36500.
        public let leastDays: Int
        /// After which an archived visit is deleted; not less than `leastDays`.
        public let mostDays: Int
    }

    /// `[audit]`: how often the audit chain's end is signed.
    public struct Audit: Sendable, Hashable {
        /// A checkpoint after so many links, 1–100000.
        public let checkpointLinks: Int
        /// Or after so many minutes, 1–1440.
        public let checkpointMinutes: Int
    }

    /// The file that was read.
    public let file: String
    public let kiosk: Kiosk
    public let paths: Paths
    public let usb: USB
    public let devices: Devices
    /// `[store] key_file`: by default `store.key` among the service's credentials, else in `paths.data`.
    public let storeKeyFile: String
    /// `[store] recovery_key_file`: the platform's public key for which data keys are wrapped too; nil without one.
    public let recoveryKeyFile: String?
    public let retention: Retention
    public let audit: Audit
    /// `[identity] device_key_file`: by default `device.key` among the service's credentials, else in `paths.data`.
    public let deviceKeyFile: String
    /// Nil where the kiosk has none: then no doctor can sign in (K-REG-001).
    public let registry: Registry?
    /// `[formulary] file`: medicines and slots of the cabinet; nil where the kiosk has none.
    public let formularyFile: String?
    public let platform: Platform
    public let disk: Disk
    public let face: Face
    public let api: API

    public var platformURL: String? { platform.url }
}
