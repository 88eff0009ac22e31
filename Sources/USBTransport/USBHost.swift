import KioskModel

/// The devices of one bus, however they are reached: libusb in production, USB/IP where there is no hardware.
///
/// Both implementations pass one contract suite (Tests/USBTransportTests).
public protocol USBHost: Sendable {
    /// The devices that are attached now.
    func devices() async throws(USBError) -> [USBDeviceInfo]

    /// Arrivals and departures from now on, after one `arrived` for each device already there.
    ///
    /// The stream ends at `shutdown`. An event is a hint: act on `devices()`, whose generation is the truth.
    func events() async -> AsyncStream<USBHostEvent>

    /// Opens a device. Throws `.noDevice` where the generation has gone.
    func open(_ device: USBDeviceInfo) async throws(USBError) -> any USBConnection

    /// Cancels what is under way, waits for its callbacks, closes all connections and ends all streams.
    func shutdown() async

    /// What can be done to the ports that devices hang on; nil where nothing can, as over USB/IP.
    var portRecovery: (any USBPortRecovery)? { get }
}

public enum USBHostEvent: Sendable, Hashable {
    case arrived(USBDeviceInfo)
    case departed(USBDeviceInfo)
}

/// One opened device. Closing it, or its departure, ends every transfer with `.noDevice` or `.cancelled`.
///
/// Cancelling the task that awaits a transfer cancels the transfer. Each transfer resumes exactly once.
public protocol USBConnection: AnyObject, Sendable {
    var device: USBDeviceInfo { get }
    /// False once it was closed, or its device is known to be gone.
    var isOpen: Bool { get }
    /// The parsed active configuration; endpoints are always taken from here, never hard-coded.
    var configuration: USBConfiguration { get }

    func claim(interface: UInt8) async throws(USBError)
    func release(interface: UInt8) async throws(USBError)

    /// A control transfer; returns the bytes read, or `[]` for host-to-device.
    func control(_ setup: USBSetup, data: [UInt8], timeout: Duration) async throws(USBError) -> [UInt8]

    /// Writes to a bulk or interrupt OUT endpoint; returns the bytes taken.
    func write(_ bytes: [UInt8], to endpoint: UInt8, timeout: Duration) async throws(USBError) -> Int

    /// Reads one transfer from a bulk or interrupt IN endpoint. `length` is rounded up to a multiple of wMaxPacketSize.
    func read(upTo length: Int, from endpoint: UInt8, timeout: Duration) async throws(USBError) -> [UInt8]

    /// CLEAR_FEATURE(ENDPOINT_HALT), USB 2.0 section 9.4.1.
    func clearHalt(_ endpoint: UInt8) async throws(USBError)

    func close() async
}

/// A device as it was found; equal only while it has not been replugged.
public struct USBDeviceInfo: Sendable, Hashable, Codable {
    /// Port path (`1-1.4`) or USB/IP bus id: stays with the socket, not the device.
    public let path: String
    public let vendorID: UInt16
    public let productID: UInt16
    public let bcdDevice: UInt16
    public let deviceClass: UInt8
    /// Class, subclass and protocol of each interface, as the bus lists them.
    public let interfaces: [USBInterfaceClass]
    public let manufacturer: String?
    public let product: String?
    public let serial: String?
    /// Counts arrivals: the same device replugged has a new one.
    public let generation: UInt64
    /// True for anything over USB/IP, and for any device whose manufacturer says that it is a laboratory's.
    public let isSimulated: Bool

    /// The manufacturer string by which simulated devices say what they are, on any bus.
    public static let laboratoryManufacturer = "Kiosk Lab (simulated)"

    public init(
        path: String, vendorID: UInt16, productID: UInt16, bcdDevice: UInt16, deviceClass: UInt8,
        interfaces: [USBInterfaceClass], manufacturer: String?, product: String?, serial: String?,
        generation: UInt64, isSimulated: Bool
    ) {
        self.path = path
        self.vendorID = vendorID
        self.productID = productID
        self.bcdDevice = bcdDevice
        self.deviceClass = deviceClass
        self.interfaces = interfaces
        self.manufacturer = manufacturer
        self.product = product
        self.serial = serial
        self.generation = generation
        self.isSimulated = isSimulated
    }
}

public struct USBInterfaceClass: Sendable, Hashable, Codable {
    public let interfaceClass: UInt8
    public let subclass: UInt8
    public let interfaceProtocol: UInt8

    public init(interfaceClass: UInt8, subclass: UInt8, interfaceProtocol: UInt8) {
        self.interfaceClass = interfaceClass
        self.subclass = subclass
        self.interfaceProtocol = interfaceProtocol
    }
}

/// The eight bytes of a SETUP packet (USB 2.0 table 9-2); the length follows from `data` or `readLength`.
public struct USBSetup: Sendable, Hashable {
    public let requestType: UInt8
    public let request: UInt8
    public let value: UInt16
    public let index: UInt16
    /// Bytes to read for a device-to-host request; 0 otherwise.
    public let readLength: UInt16

    public init(requestType: UInt8, request: UInt8, value: UInt16 = 0, index: UInt16 = 0, readLength: UInt16 = 0) {
        self.requestType = requestType
        self.request = request
        self.value = value
        self.index = index
        self.readLength = readLength
    }

    public var isDeviceToHost: Bool { requestType & 0x80 != 0 }
}
