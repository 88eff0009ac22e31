/// The active configuration, parsed from its descriptor (USB 2.0 section 9.6).
public struct USBConfiguration: Sendable, Hashable {
    public let value: UInt8
    /// Every alternate setting of every interface, in descriptor order.
    public let interfaces: [USBInterface]

    public init(value: UInt8, interfaces: [USBInterface]) {
        self.value = value
        self.interfaces = interfaces
    }

    /// The first setting of the first interface of a class.
    public func interface(class interfaceClass: UInt8) -> USBInterface? {
        interfaces.first { $0.kind.interfaceClass == interfaceClass && $0.alternate == 0 }
    }
}

public struct USBInterface: Sendable, Hashable {
    public let number: UInt8
    public let alternate: UInt8
    public let kind: USBInterfaceClass
    public let endpoints: [USBEndpoint]
    /// Class-specific descriptors that follow the interface descriptor, each whole (bLength, bDescriptorType, …).
    public let classDescriptors: [[UInt8]]

    public init(
        number: UInt8, alternate: UInt8, kind: USBInterfaceClass, endpoints: [USBEndpoint],
        classDescriptors: [[UInt8]]
    ) {
        self.number = number
        self.alternate = alternate
        self.kind = kind
        self.endpoints = endpoints
        self.classDescriptors = classDescriptors
    }

    public func endpoint(_ transfer: USBEndpoint.Transfer, _ direction: USBEndpoint.Direction) -> USBEndpoint? {
        endpoints.first { $0.transfer == transfer && $0.direction == direction }
    }
}

public struct USBEndpoint: Sendable, Hashable {
    public enum Transfer: UInt8, Sendable, Hashable { case control, isochronous, bulk, interrupt }
    public enum Direction: Sendable, Hashable { case deviceToHost, hostToDevice }

    /// With the direction bit: 0x81 is IN 1.
    public let address: UInt8
    public let transfer: Transfer
    public let maxPacketSize: Int
    public let interval: UInt8

    public init(address: UInt8, transfer: Transfer, maxPacketSize: Int, interval: UInt8) {
        self.address = address
        self.transfer = transfer
        self.maxPacketSize = maxPacketSize
        self.interval = interval
    }

    public var direction: Direction { address & 0x80 != 0 ? .deviceToHost : .hostToDevice }
}
