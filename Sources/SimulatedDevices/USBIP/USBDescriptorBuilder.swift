import USBTransport

/// Builds the descriptors of a simulated device (USB 2.0 section 9.6): ids of pid.codes' test range, and a
/// manufacturer string that says that the device is a laboratory's.
public struct USBDescriptorBuilder: Sendable {
    /// An endpoint of an interface.
    public struct Endpoint: Sendable, Hashable {
        /// With the direction bit: 0x81 is IN 1.
        public let address: UInt8
        public let transfer: USBEndpoint.Transfer
        public let maxPacketSize: UInt16
        public let interval: UInt8

        public init(address: UInt8, transfer: USBEndpoint.Transfer, maxPacketSize: UInt16, interval: UInt8) {
            self.address = address
            self.transfer = transfer
            self.maxPacketSize = maxPacketSize
            self.interval = interval
        }

        /// 512 bytes a packet: a high-speed device.
        public static func bulk(_ address: UInt8, maxPacketSize: UInt16 = 512) -> Endpoint {
            Endpoint(address: address, transfer: .bulk, maxPacketSize: maxPacketSize, interval: 0)
        }

        /// `interval` 7 is 8 ms at high speed.
        public static func interrupt(_ address: UInt8, maxPacketSize: UInt16 = 64, interval: UInt8 = 7) -> Endpoint {
            Endpoint(address: address, transfer: .interrupt, maxPacketSize: maxPacketSize, interval: interval)
        }

        fileprivate var descriptor: [UInt8] {
            [7, 5, address, transfer.rawValue, UInt8(maxPacketSize & 0xFF), UInt8(maxPacketSize >> 8), interval]
        }
    }

    /// The vendor id that pid.codes gives to open projects.
    public static let vendorID: UInt16 = 0x1209

    public var vendorID = USBDescriptorBuilder.vendorID
    public var productID: UInt16
    public var bcdDevice: UInt16 = 0x0100
    /// Zeros: each interface says its own class.
    public var deviceClass = USBInterfaceClass(interfaceClass: 0, subclass: 0, interfaceProtocol: 0)
    public var manufacturer = USBDeviceInfo.laboratoryManufacturer
    public var product: String
    public var serial: String
    private var interfaceNumbers: Set<UInt8> = []
    private var body: [UInt8] = []

    public init(productID: UInt16, product: String, serial: String) {
        self.productID = productID
        self.product = product
        self.serial = serial
    }

    /// Adds an interface (or another setting of one): its descriptor, the class-specific ones, the endpoints.
    public mutating func addInterface(
        number: UInt8, alternate: UInt8 = 0, kind: USBInterfaceClass, classDescriptors: [[UInt8]] = [],
        endpoints: [Endpoint]
    ) {
        interfaceNumbers.insert(number)
        body += [
            9, 4, number, alternate, UInt8(clamping: endpoints.count), kind.interfaceClass, kind.subclass,
            kind.interfaceProtocol, 0,
        ]
        body += classDescriptors.flatMap(\.self)
        body += endpoints.flatMap(\.descriptor)
    }

    /// Says that interfaces belong together (USB interface association ECN); comes before the first of them.
    public mutating func addAssociation(firstInterface: UInt8, count: UInt8, kind: USBInterfaceClass) {
        body += [8, 11, firstInterface, count, kind.interfaceClass, kind.subclass, kind.interfaceProtocol, 0]
    }

    /// 18 bytes (table 9-8).
    public var deviceDescriptor: [UInt8] {
        [18, 1, 0x00, 0x02, deviceClass.interfaceClass, deviceClass.subclass, deviceClass.interfaceProtocol, 64]
            + Self.littleEndian(vendorID) + Self.littleEndian(productID) + Self.littleEndian(bcdDevice) + [1, 2, 3, 1]
    }

    /// The configuration with all that belongs to it (table 9-10): value 1, self-powered.
    public var configurationDescriptor: [UInt8] {
        [9, 2] + Self.littleEndian(UInt16(clamping: 9 + body.count))
            + [UInt8(clamping: interfaceNumbers.count), 1, 0, 0xC0, 50] + body
    }

    /// The texts of the string descriptors from index 1.
    public var strings: [String] { [manufacturer, product, serial] }

    private static func littleEndian(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
}
