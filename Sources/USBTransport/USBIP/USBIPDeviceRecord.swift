/// A device as a USB/IP server describes it: 312 bytes, in a device list followed by 4 bytes per interface.
public struct USBIPDeviceRecord: Sendable, Hashable {
    public static let length = 312

    /// `enum usb_device_speed` of Linux.
    public enum Speed: UInt32, Sendable {
        case unknown, low, full, high, wireless, superSpeed, superSpeedPlus
    }

    public var path: String
    public var busID: String
    public var busNumber: UInt32
    /// New for every arrival: a replugged device has another one.
    public var deviceNumber: UInt32
    public var speed: Speed
    public var vendorID: UInt16
    public var productID: UInt16
    public var bcdDevice: UInt16
    public var deviceClass: USBInterfaceClass
    public var configurationValue: UInt8
    public var configurationCount: UInt8
    public var interfaceCount: UInt8

    public init(
        path: String, busID: String, busNumber: UInt32, deviceNumber: UInt32, speed: Speed, vendorID: UInt16,
        productID: UInt16, bcdDevice: UInt16, deviceClass: USBInterfaceClass, configurationValue: UInt8,
        configurationCount: UInt8, interfaceCount: UInt8
    ) {
        self.path = path
        self.busID = busID
        self.busNumber = busNumber
        self.deviceNumber = deviceNumber
        self.speed = speed
        self.vendorID = vendorID
        self.productID = productID
        self.bcdDevice = bcdDevice
        self.deviceClass = deviceClass
        self.configurationValue = configurationValue
        self.configurationCount = configurationCount
        self.interfaceCount = interfaceCount
    }

    /// `busnum << 16 | devnum`, by which URBs name the device.
    public var deviceID: UInt32 { busNumber << 16 | (deviceNumber & 0xFFFF) }

    /// Whether both are of one stay of one device: the number is new after every replug.
    public func isSameArrival(as other: USBIPDeviceRecord) -> Bool {
        busID == other.busID && deviceID == other.deviceID && vendorID == other.vendorID
            && productID == other.productID && bcdDevice == other.bcdDevice
    }

    public init(decoding bytes: [UInt8]) throws(USBIPWireError) {
        var reader = BigEndianReader(bytes)
        path = try reader.text(USBIPWire.pathLength)
        busID = try reader.text(USBIPWire.busIDLength)
        guard !busID.isEmpty else { throw USBIPWireError("device without a bus id") }
        busNumber = try reader.long()
        deviceNumber = try reader.long()
        speed = Speed(rawValue: try reader.long()) ?? .unknown
        vendorID = try reader.word()
        productID = try reader.word()
        bcdDevice = try reader.word()
        deviceClass = USBInterfaceClass(
            interfaceClass: try reader.byte(), subclass: try reader.byte(), interfaceProtocol: try reader.byte())
        configurationValue = try reader.byte()
        configurationCount = try reader.byte()
        interfaceCount = try reader.byte()
        try reader.end()
    }

    public var encoded: [UInt8] {
        var writer = BigEndianWriter()
        writer.text(path, length: USBIPWire.pathLength)
        writer.text(busID, length: USBIPWire.busIDLength)
        for field in [busNumber, deviceNumber, speed.rawValue] { writer.long(field) }
        for field in [vendorID, productID, bcdDevice] { writer.word(field) }
        for field in [deviceClass.interfaceClass, deviceClass.subclass, deviceClass.interfaceProtocol] {
            writer.byte(field)
        }
        for field in [configurationValue, configurationCount, interfaceCount] { writer.byte(field) }
        return writer.bytes
    }
}

/// An entry of a device list: the record and its interfaces.
public struct USBIPListedDevice: Sendable, Hashable {
    public var record: USBIPDeviceRecord
    public var interfaces: [USBInterfaceClass]

    public init(record: USBIPDeviceRecord, interfaces: [USBInterfaceClass]) {
        self.record = record
        self.interfaces = interfaces
    }

    /// The body of a device list reply: a count, then each device with its interfaces.
    public static func encodeList(_ devices: [USBIPListedDevice]) -> [UInt8] {
        var writer = BigEndianWriter()
        writer.long(UInt32(clamping: devices.count))
        for device in devices {
            var record = device.record
            record.interfaceCount = UInt8(clamping: device.interfaces.count)
            writer.append(record.encoded)
            for interface in device.interfaces.prefix(Int(record.interfaceCount)) {
                writer.append([interface.interfaceClass, interface.subclass, interface.interfaceProtocol, 0])
            }
        }
        return writer.bytes
    }

    /// Reads the count that begins a list. Throws where it is beyond `USBIPWire.maximumDevices`.
    public static func decodeCount(_ bytes: [UInt8]) throws(USBIPWireError) -> Int {
        var reader = BigEndianReader(bytes)
        let count = try reader.long()
        try reader.end()
        guard count <= USBIPWire.maximumDevices else { throw USBIPWireError("a list of \(count) devices") }
        return Int(count)
    }

    /// Reads the interfaces that follow a record: 4 bytes each.
    public static func decodeInterfaces(_ bytes: [UInt8]) throws(USBIPWireError) -> [USBInterfaceClass] {
        var reader = BigEndianReader(bytes)
        var interfaces: [USBInterfaceClass] = []
        while reader.remaining > 0 {
            interfaces.append(
                USBInterfaceClass(
                    interfaceClass: try reader.byte(), subclass: try reader.byte(),
                    interfaceProtocol: try reader.byte()))
            _ = try reader.byte()
        }
        return interfaces
    }
}
