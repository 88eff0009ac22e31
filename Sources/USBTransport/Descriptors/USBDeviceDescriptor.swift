/// The standard device descriptor (USB 2.0 table 9-8).
public struct USBDeviceDescriptor: Sendable, Hashable {
    public static let length = 18

    public let deviceClass: USBInterfaceClass
    public let vendorID: UInt16
    public let productID: UInt16
    public let bcdDevice: UInt16
    /// Indices of string descriptors; 0 where there is none.
    public let manufacturerIndex: UInt8
    public let productIndex: UInt8
    public let serialIndex: UInt8
    public let configurationCount: UInt8

    /// Reads exactly 18 bytes. Throws `.badDescriptor`.
    public init(parsing bytes: [UInt8]) throws(USBError) {
        guard bytes.count == Self.length else {
            throw .badDescriptor("device descriptor of \(bytes.count) bytes, 18 expected")
        }
        guard bytes[0] == 18, bytes[1] == 1 else {
            throw .badDescriptor("device descriptor begins with \(bytes[0]), \(bytes[1]), not 18, 1")
        }
        // Up to USB 2 in bytes; 9 is SuperSpeed's 2^9.
        guard [8, 9, 16, 32, 64].contains(bytes[7]) else { throw .badDescriptor("bMaxPacketSize0 \(bytes[7])") }
        guard bytes[17] > 0 else { throw .badDescriptor("device without a configuration") }
        deviceClass = USBInterfaceClass(interfaceClass: bytes[4], subclass: bytes[5], interfaceProtocol: bytes[6])
        vendorID = UInt16(bytes[9]) << 8 | UInt16(bytes[8])
        productID = UInt16(bytes[11]) << 8 | UInt16(bytes[10])
        bcdDevice = UInt16(bytes[13]) << 8 | UInt16(bytes[12])
        manufacturerIndex = bytes[14]
        productIndex = bytes[15]
        serialIndex = bytes[16]
        configurationCount = bytes[17]
    }
}
