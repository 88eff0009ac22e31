import Testing
import USBTransport

@Suite struct USBIPCodecTests {
    static let record = USBIPDeviceRecord(
        path: "/sys/devices/kiosk-lab/1-1", busID: "1-1", busNumber: 1, deviceNumber: 9, speed: .high,
        vendorID: 0x1209, productID: 1, bcdDevice: 0x0102,
        deviceClass: USBInterfaceClass(interfaceClass: 1, subclass: 2, interfaceProtocol: 3), configurationValue: 1,
        configurationCount: 1, interfaceCount: 2)

    static let messages: [USBIPMessage] = [
        .submit(
            USBIPSubmit(
                sequence: 7, deviceID: 0x10009, isDeviceToHost: true, endpoint: 0, flags: 0x200, length: 18,
                setup: [0x80, 6, 0, 1, 0, 0, 18, 0])),
        .submit(
            USBIPSubmit(
                sequence: .max, deviceID: 0x10009, isDeviceToHost: false, endpoint: 15,
                length: USBIPWire.maximumTransfer, interval: 4)),
        .submitted(sequence: 7, status: 0, actualLength: 18),
        .submitted(sequence: 8, status: USBIPStatus.brokenPipe, actualLength: 0),
        .unlink(sequence: 9, deviceID: 0x10009, target: 7),
        .unlinked(sequence: 9, status: USBIPStatus.connectionReset),
    ]

    @Test(arguments: messages)
    func `a message is read as it was written`(message: USBIPMessage) throws {
        #expect(message.encoded.count == USBIPWire.headerLength)
        #expect(try USBIPMessage(decoding: message.encoded) == message)
    }

    @Test(arguments: messages)
    func `a message cut short or too long is refused`(message: USBIPMessage) {
        for count in 0..<USBIPWire.headerLength {
            #expect(throws: USBIPWireError.self) { try USBIPMessage(decoding: Array(message.encoded.prefix(count))) }
        }
        #expect(throws: USBIPWireError.self) { try USBIPMessage(decoding: message.encoded + [0]) }
    }

    /// The bytes of a submit as Documentation/usb/usbip_protocol.rst lays them out.
    @Test func `a submit lies on the wire as the kernel's documentation says`() {
        let submit = USBIPSubmit(
            sequence: 0x0102_0304, deviceID: 0x0001_0002, isDeviceToHost: true, endpoint: 1, flags: 0x200, length: 64,
            interval: 8, setup: [1, 2, 3, 4, 5, 6, 7, 8])
        let expected: [UInt8] = [
            0, 0, 0, 1, 1, 2, 3, 4, 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 64, 0, 0, 0, 0,
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8,
        ]
        #expect(USBIPMessage.submit(submit).encoded == expected)
    }

    @Test func `an unlink's answer lies on the wire as the kernel's documentation says`() {
        let expected: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 9] + [UInt8](repeating: 0, count: 12) + [0xFF, 0xFF, 0xFF, 0x98]
        #expect(USBIPMessage.unlinked(sequence: 9, status: -104).encoded.starts(with: expected))
    }

    /// Index of a byte in a header, the value put there, and what is wrong with it.
    @Test(arguments: [
        (3, UInt8(9), "unknown command"), (15, 2, "direction"), (19, 16, "endpoint"), (24, 0x80, "negative length"),
        (24, 0x7F, "huge length"), (35, 4, "isochronous"),
    ])
    func `a submit out of bounds is refused`(index: Int, value: UInt8, what: String) {
        var bytes = Self.messages[0].encoded
        if index == 35 { bytes.replaceSubrange(32..<36, with: [0, 0, 0, 0]) }
        bytes[index] = value
        #expect(throws: USBIPWireError.self) { try USBIPMessage(decoding: bytes) }
    }

    @Test(arguments: [UInt8(0x80), 0x7F, 0x02])
    func `an answer longer than any transfer is refused`(first: UInt8) {
        var bytes = USBIPMessage.submitted(sequence: 1, status: 0, actualLength: 0).encoded
        bytes[24] = first
        #expect(throws: USBIPWireError.self) { try USBIPMessage(decoding: bytes) }
    }

    @Test func `a device record is read as it was written, and refused when cut`() throws {
        let bytes = Self.record.encoded
        #expect(bytes.count == USBIPDeviceRecord.length)
        #expect(try USBIPDeviceRecord(decoding: bytes) == Self.record)
        for count in stride(from: 0, to: bytes.count, by: 13) {
            #expect(throws: USBIPWireError.self) { try USBIPDeviceRecord(decoding: Array(bytes.prefix(count))) }
        }
    }

    @Test func `a device record with text that does not end, is not UTF-8 or is missing is refused`() {
        var endless = Self.record.encoded
        endless.replaceSubrange(0..<256, with: [UInt8](repeating: 0x41, count: 256))
        var wrong = Self.record.encoded
        wrong[256] = 0xFF
        var missing = Self.record.encoded
        missing[256] = 0
        for bytes in [endless, wrong, missing] {
            #expect(throws: USBIPWireError.self) { try USBIPDeviceRecord(decoding: bytes) }
        }
    }

    @Test func `a device list's count is bounded`() throws {
        #expect(try USBIPListedDevice.decodeCount([0, 0, 4, 0]) == 1024)
        #expect(throws: USBIPWireError.self) { try USBIPListedDevice.decodeCount([0xFF, 0xFF, 0xFF, 0xFF]) }
        #expect(throws: USBIPWireError.self) { try USBIPListedDevice.decodeCount([0, 0, 4]) }
    }

    @Test func `interfaces are four bytes each`() throws {
        let one = USBInterfaceClass(interfaceClass: 0x0B, subclass: 0, interfaceProtocol: 0)
        #expect(try USBIPListedDevice.decodeInterfaces([0x0B, 0, 0, 0]) == [one])
        #expect(throws: USBIPWireError.self) { try USBIPListedDevice.decodeInterfaces([0x0B, 0, 0]) }
    }

    @Test func `operations are read as they were written`() throws {
        for code: USBIPOperation.Code in [.requestDeviceList, .replyDeviceList, .requestImport, .replyImport] {
            let header = USBIPOperationHeader(code: code, status: .noDevice)
            #expect(try USBIPOperationHeader(decoding: header.encoded) == header)
        }
        let request = USBIPOperation.importDevice(busID: "1-1.4").encoded
        #expect(request.count == 40)
        #expect(try USBIPOperation.decodeBusID(Array(request.dropFirst(8))) == "1-1.4")
    }

    @Test func `another version, an unknown code or a cut header is refused`() {
        for bytes: [UInt8] in [[1, 6, 0, 5, 0, 0, 0, 0], [1, 0x11, 0, 6, 0, 0, 0, 0], [1, 0x11, 0, 5, 0, 0, 0]] {
            #expect(throws: USBIPWireError.self) { try USBIPOperationHeader(decoding: bytes) }
        }
    }

    @Test(
        arguments: [
            (USBIPStatus.ok, nil), (-32, USBError.stall), (-19, .noDevice), (-108, .noDevice), (-75, .overflow),
            (-104, .cancelled), (-2, .cancelled), (-110, .timeout(moved: nil)), (-62, .timeout(moved: nil)),
            (-71, .failed("URB status -71")),
        ] as [(Int32, USBError?)])
    func `a URB's status has one meaning`(status: Int32, error: USBError?) {
        #expect(USBIPStatus.error(status) == error)
    }
}
