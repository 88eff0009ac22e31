import SimulatedDevices
import KioskTestSupport
import Testing

@testable import USBTransport

@Suite struct USBConfigurationParsingTests {
    private static let vendor = USBInterfaceClass(interfaceClass: 0xFF, subclass: 0, interfaceProtocol: 0)

    /// A CDC-ACM function: a control interface with class descriptors, a data interface with two settings.
    private static var serialPort: [UInt8] {
        var builder = USBDescriptorBuilder(productID: 2, product: "Serial", serial: "1")
        builder.addInterface(
            number: 0, kind: USBInterfaceClass(interfaceClass: 2, subclass: 2, interfaceProtocol: 1),
            classDescriptors: [[5, 0x24, 0, 0x10, 1], [4, 0x24, 2, 2]], endpoints: [.interrupt(0x82)])
        let data = USBInterfaceClass(interfaceClass: 10, subclass: 0, interfaceProtocol: 0)
        builder.addInterface(number: 1, kind: data, endpoints: [])
        builder.addInterface(number: 1, alternate: 1, kind: data, endpoints: [.bulk(0x01), .bulk(0x81)])
        return builder.configurationDescriptor
    }

    private static func lie(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = serialPort
        change(&bytes)
        bytes[2] = UInt8(bytes.count & 0xFF)
        bytes[3] = UInt8(bytes.count >> 8)
        return bytes
    }

    @Test func `interfaces, settings, class descriptors and endpoints are found`() throws {
        let configuration = try USBConfiguration.parse(Self.serialPort)
        #expect(configuration.value == 1)
        #expect(configuration.interfaces.map(\.number) == [0, 1, 1])
        #expect(configuration.interfaces.map(\.alternate) == [0, 0, 1])
        #expect(configuration.interfaces[0].classDescriptors == [[5, 0x24, 0, 0x10, 1], [4, 0x24, 2, 2]])
        #expect(configuration.interface(class: 2)?.endpoint(.interrupt, .deviceToHost)?.address == 0x82)
        #expect(configuration.interfaces[2].endpoint(.bulk, .hostToDevice)?.maxPacketSize == 512)
    }

    @Test func `an association descriptor belongs to no interface`() throws {
        var bytes = Self.serialPort
        bytes.insert(contentsOf: [8, 11, 0, 2, 2, 2, 1, 0], at: 9)
        bytes[2] = UInt8(bytes.count)
        #expect(try USBConfiguration.parse(bytes) == USBConfiguration.parse(Self.serialPort))
    }

    @Test(arguments: [
        ("nothing at all", []),
        ("only a header, which names an interface", [9, 2, 9, 0, 1, 1, 0, 0xC0, 50]),
        ("a setting that comes twice", lie { $0[46] = 0 }),
        ("an interface without a setting 0", lie { $0[37] = 2 }),
        ("an endpoint before any interface", lie { $0.insert(contentsOf: [7, 5, 0x83, 2, 0, 2, 0], at: 9) }),
        ("two interfaces with one endpoint", lie { $0[$0.count - 5] = 0x82 }),
        ("reserved address bits", lie { $0[$0.count - 5] = 0xB1 }),
        (
            "a packet of 2047 bytes",
            lie {
                $0[$0.count - 3] = 0xFF; $0[$0.count - 2] = 0x07
            }
        ),
        (
            "a bulk packet of 0 bytes",
            lie {
                $0[$0.count - 3] = 0; $0[$0.count - 2] = 0
            }
        ),
        ("a last byte alone", lie { $0.append(7) }),
        ("a descriptor of length 1", lie { $0 += [1, 0x24] }),
    ])
    func `a configuration that contradicts itself is refused`(name: String, bytes: [UInt8]) {
        #expect {
            try USBConfiguration.parse(bytes)
        } throws: {
            if case .badDescriptor(let text)? = $0 as? USBError { !text.isEmpty } else { false }
        }
    }

    @Test func `every truncation is refused`() {
        for count in 0..<Self.serialPort.count {
            #expect(throws: USBError.self) { try USBConfiguration.parse(Array(Self.serialPort.prefix(count))) }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `random damage is parsed or refused, and never more`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            var bytes = Self.serialPort
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let parsed = try? USBConfiguration.parse(bytes) else { continue }
            let endpoints = parsed.interfaces.flatMap(\.endpoints)
            let isSound = endpoints.allSatisfy { $0.address & 0x0F != 0 && $0.maxPacketSize <= 1024 }
            #expect(isSound, "seed \(seed): \(bytes)")
        }
    }

    @Test func `a device descriptor is read`() throws {
        let bytes = USBDescriptorBuilder(productID: 7, product: "P", serial: "S").deviceDescriptor
        let descriptor = try USBDeviceDescriptor(parsing: bytes)
        #expect(descriptor.vendorID == 0x1209)
        #expect(descriptor.productID == 7)
        #expect(descriptor.bcdDevice == 0x0100)
        #expect(descriptor.configurationCount == 1)
    }

    @Test(arguments: [(0, UInt8(17)), (1, 2), (7, 65), (17, 0)])
    func `a device descriptor that contradicts itself is refused`(index: Int, value: UInt8) {
        var bytes = USBDescriptorBuilder(productID: 7, product: "P", serial: "S").deviceDescriptor
        bytes[index] = value
        #expect(throws: USBError.self) { try USBDeviceDescriptor(parsing: bytes) }
    }

    @Test(
        arguments: [
            ([8, 3, 0x41, 0, 0xA1, 0x53, 0x20, 0], "A\u{53A1}"), ([2, 3], nil), ([4, 3, 0x41], nil),
            ([5, 3, 0x41, 0, 0], nil),
            ([4, 2, 0x41, 0], nil), ([4, 3, 0x00, 0xD8], nil), ([6, 3, 0x0A, 0, 0x41, 0], "A"), ([], nil),
        ] as [([UInt8], String?)])
    func `a string descriptor is text or nothing`(bytes: [UInt8], text: String?) {
        #expect(USBStringDescriptor.text(bytes) == text)
    }
}
