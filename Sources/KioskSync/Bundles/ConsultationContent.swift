import KioskModel

/// Everything that one consultation tells the platform.
public struct ConsultationContent: Sendable {
    /// The kiosk as the platform knows it.
    public struct Kiosk: Sendable, Hashable {
        public let id: String
        public let name: String
        public let site: String

        public init(id: String, name: String, site: String) {
            self.id = id
            self.name = name
            self.site = site
        }
    }

    public struct Doctor: Sendable, Hashable {
        public let id: DoctorID
        public let name: String
        public let licence: String

        public init(id: DoctorID, name: String, licence: String) {
            self.id = id
            self.name = name
            self.licence = licence
        }
    }

    public let kiosk: Kiosk
    public let visit: Visit
    /// Running number of the kiosk's bundles, from a counter that never gives a number twice.
    public let sequence: UInt64
    /// When the bundle is made.
    public let at: Stamp
    public var doctor: Doctor?
    public var prescription: Prescription?
    public var dispenses: [DispenseTransaction] = []
    public var slip: PrintJob?

    public init(kiosk: Kiosk, visit: Visit, sequence: UInt64, at: Stamp) {
        self.kiosk = kiosk
        self.visit = visit
        self.sequence = sequence
        self.at = at
    }
}

/// A bundle as it goes into the outbox.
public struct RenderedBundle: Sendable, Hashable {
    /// A UUIDv7, derived: rendering the same consultation again gives the same id.
    public let id: String
    /// The exact bytes to send.
    public let bytes: [UInt8]
}
