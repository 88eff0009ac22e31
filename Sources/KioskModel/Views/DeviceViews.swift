/// What the bus and the recovery know of one USB device.
public struct USBDeviceReport: Codable, Sendable, Hashable {
    /// One rung of the recovery ladder: how often it was tried since the start, and how often the device worked after it.
    public struct Rung: Codable, Sendable, Hashable {
        public let code: String
        public let tried: Int
        public let helped: Int

        public init(code: String, tried: Int, helped: Int) {
            self.code = code
            self.tried = tried
            self.helped = helped
        }
    }

    /// `libusb` or `usbip`.
    public let transport: String
    /// The port path that the configuration binds the role to; nil where the device is found by class or ids.
    public let boundPath: String?
    /// The serial that the configuration binds the role to.
    public let boundSerial: String?
    public let manufacturer: String?
    /// bcdDevice as `1.04`; nil while no device is open.
    public let release: String?
    /// Class, subclass and protocol of each interface, `0b/00/00`.
    public let interfaces: [String]
    /// Failures in a row.
    public let failures: Int
    /// The rung that the device is on.
    public let rung: Fault?
    public let recovery: [Rung]
    /// `reset`, `power-cycle`: what this machine can do for the device.
    public let offers: [String]

    public init(
        transport: String, boundPath: String?, boundSerial: String? = nil, manufacturer: String?, release: String?,
        interfaces: [String],
        failures: Int, rung: Fault?, recovery: [Rung], offers: [String]
    ) {
        self.transport = transport
        self.boundPath = boundPath
        self.boundSerial = boundSerial
        self.manufacturer = manufacturer
        self.release = release
        self.interfaces = interfaces
        self.failures = failures
        self.rung = rung
        self.recovery = recovery
        self.offers = offers
    }
}

/// One device with everything that a technician may want to know.
public struct DeviceView: Codable, Sendable, Hashable {
    public var schema = 1
    public let device: DeviceStatus
    public let fault: FaultView?
    /// Nil for the camera, which is no USB device of kioskd's.
    public let usb: USBDeviceReport?
    /// What was done to it just now, in order: the answer to a reset.
    public let done: [String]

    public init(device: DeviceStatus, usb: USBDeviceReport?, done: [String] = []) {
        self.device = device
        fault = device.fault.map(FaultView.init)
        self.usb = usb
        self.done = done
    }
}

/// The receipt printer as its sensors and its driver know it.
public struct PrinterView: Codable, Sendable, Hashable {
    public struct Sensors: Codable, Sendable, Hashable {
        public let paperOut: Bool
        public let paperLow: Bool
        public let coverOpen: Bool
        public let cutterStuck: Bool
        public let failed: Bool
        public let offline: Bool

        public init(
            paperOut: Bool, paperLow: Bool, coverOpen: Bool, cutterStuck: Bool, failed: Bool, offline: Bool
        ) {
            self.paperOut = paperOut
            self.paperLow = paperLow
            self.coverOpen = coverOpen
            self.cutterStuck = cutterStuck
            self.failed = failed
            self.offline = offline
        }
    }

    public var schema = 1
    public let device: DeviceStatus
    public let fault: FaultView?
    /// Nil where the printer did not answer.
    public let sensors: Sensors?
    /// What the printer calls itself (IEEE 1284); information only.
    public let model: String?
    /// The capability profile in use, and the paper's printable dots.
    public let profile: String
    public let dots: Int
    /// How the end of a print is known: `fence`, `paper-status`, `none`; nil before the first print.
    public let completion: String?

    public init(
        device: DeviceStatus, sensors: Sensors?, model: String?, profile: String, dots: Int, completion: String?
    ) {
        self.device = device
        fault = device.fault.map(FaultView.init)
        self.sensors = sensors
        self.model = model
        self.profile = profile
        self.dots = dots
        self.completion = completion
    }
}

/// What became of a page that a technician asked for.
public struct PrintReport: Codable, Sendable, Hashable {
    public var schema = 1
    public let documentNumber: String
    /// `confirmed`, or `unconfirmed` where this printer can't tell.
    public let state: String

    public init(documentNumber: String, state: String) {
        self.documentNumber = documentNumber
        self.state = state
    }
}
