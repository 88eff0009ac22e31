extension USBConfiguration {
    /// Bytes of the configuration descriptor itself (USB 2.0 table 9-10).
    static let headerLength = 9

    /// The length of the whole, from the configuration descriptor's first nine bytes.
    static func totalLength(ofHeader bytes: [UInt8]) throws(USBError) -> UInt16 {
        guard bytes.count == headerLength else {
            throw .badDescriptor("configuration descriptor of \(bytes.count) bytes, 9 expected")
        }
        guard bytes[0] == 9, bytes[1] == 2 else {
            throw .badDescriptor("configuration descriptor begins with \(bytes[0]), \(bytes[1]), not 9, 2")
        }
        let total = UInt16(bytes[3]) << 8 | UInt16(bytes[2])
        guard total >= headerLength else { throw .badDescriptor("wTotalLength \(total)") }
        return total
    }

    /// Parses a whole configuration descriptor (USB 2.0 section 9.6.3), and believes nothing that contradicts itself.
    ///
    /// Throws `.badDescriptor` for: lengths of zero or past the end, a total that is not the number of bytes, counts
    /// of interfaces or endpoints that are not what follows, settings or endpoint addresses that come twice,
    /// an endpoint without an interface, a data endpoint without a packet size.
    public static func parse(_ bytes: [UInt8]) throws(USBError) -> USBConfiguration {
        let total = try totalLength(ofHeader: Array(bytes.prefix(headerLength)))
        guard Int(total) == bytes.count else {
            throw .badDescriptor("wTotalLength \(total), but \(bytes.count) bytes")
        }
        var parser = USBConfigurationParser()
        var rest = bytes.dropFirst(headerLength)
        while let length = rest.first.map(Int.init) {
            guard length >= 2 else { throw .badDescriptor("descriptor of length \(length)") }
            guard length <= rest.count else {
                throw .badDescriptor("descriptor of length \(length) with \(rest.count) bytes left")
            }
            try parser.take(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return USBConfiguration(value: bytes[5], interfaces: try parser.finish(interfaceCount: bytes[4]))
    }
}

/// Takes the descriptors of a configuration one after the other.
private struct USBConfigurationParser {
    private enum Kind {
        static let interface: UInt8 = 4
        static let endpoint: UInt8 = 5
        static let association: UInt8 = 11
    }

    private var interfaces: [USBInterface] = []
    /// The interface descriptor under way, and what has followed it.
    private var current: [UInt8]?
    private var endpoints: [USBEndpoint] = []
    private var classDescriptors: [[UInt8]] = []

    mutating func take(_ descriptor: [UInt8]) throws(USBError) {
        switch descriptor[1] {
        case Kind.interface:
            guard descriptor.count >= 9 else {
                throw .badDescriptor("interface descriptor of length \(descriptor.count)")
            }
            try close()
            current = descriptor
        case Kind.endpoint: endpoints.append(try endpoint(descriptor))
        case Kind.association: break
        default: if current != nil { classDescriptors.append(descriptor) }
        }
    }

    mutating func finish(interfaceCount: UInt8) throws(USBError) -> [USBInterface] {
        try close()
        let numbers = Set(interfaces.map(\.number))
        guard numbers.count == Int(interfaceCount) else {
            throw .badDescriptor("bNumInterfaces \(interfaceCount), but \(numbers.count) interfaces")
        }
        for number in numbers where !interfaces.contains(where: { $0.number == number && $0.alternate == 0 }) {
            throw .badDescriptor("interface \(number) without a setting 0")
        }
        return interfaces
    }

    private mutating func close() throws(USBError) {
        guard let descriptor = current else { return }
        let (number, alternate) = (descriptor[2], descriptor[3])
        guard !interfaces.contains(where: { $0.number == number && $0.alternate == alternate }) else {
            throw .badDescriptor("interface \(number) setting \(alternate) comes twice")
        }
        guard endpoints.count == Int(descriptor[4]) else {
            throw .badDescriptor(
                "interface \(number): bNumEndpoints \(descriptor[4]), but \(endpoints.count) endpoints")
        }
        let kind = USBInterfaceClass(
            interfaceClass: descriptor[5], subclass: descriptor[6], interfaceProtocol: descriptor[7])
        interfaces.append(
            USBInterface(
                number: number, alternate: alternate, kind: kind, endpoints: endpoints,
                classDescriptors: classDescriptors))
        current = nil
        endpoints = []
        classDescriptors = []
    }

    private func endpoint(_ descriptor: [UInt8]) throws(USBError) -> USBEndpoint {
        guard descriptor.count >= 7 else { throw .badDescriptor("endpoint descriptor of length \(descriptor.count)") }
        guard let interface = current else { throw .badDescriptor("endpoint before any interface") }
        let address = descriptor[2]
        let name = "endpoint 0x" + String(address, radix: 16)
        guard address & 0x0F != 0, address & 0x70 == 0 else { throw .badDescriptor("\(name) can't be") }
        let isTaken =
            endpoints.contains { $0.address == address }
            || interfaces.contains { other in
                other.number != interface[2] && other.endpoints.contains { $0.address == address }
            }
        guard !isTaken else { throw .badDescriptor("\(name) comes twice") }
        guard let transfer = USBEndpoint.Transfer(rawValue: descriptor[3] & 0x03) else {
            throw .badDescriptor("\(name) of no kind")
        }
        let packet = (UInt16(descriptor[5]) << 8 | UInt16(descriptor[4])) & 0x7FF
        guard packet <= 1024, packet > 0 || transfer == .isochronous else {
            throw .badDescriptor("\(name): wMaxPacketSize \(packet)")
        }
        return USBEndpoint(
            address: address, transfer: transfer, maxPacketSize: Int(packet), interval: descriptor[6])
    }
}
