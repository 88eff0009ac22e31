import USBTransport

/// The serial line of an FTDI bridge (FT232R and later): vendor requests for the line, and two status bytes in front of
/// every packet that is read.
///
/// FTDI AN232B-04 and the FT232R datasheet; the requests as in Linux' ftdi_sio.
struct FTDIPort: SerialPort {
    static let vendorID: UInt16 = 0x0403

    private enum Request {
        static let reset: UInt8 = 0
        static let modemControl: UInt8 = 1
        static let flowControl: UInt8 = 2
        static let baudRate: UInt8 = 3
        static let data: UInt8 = 4
        static let latency: UInt8 = 9
    }

    private static let requestLimit = Duration.seconds(1)
    private static let statusLength = 2

    private let connection: any USBConnection
    private let output: USBEndpoint
    private let input: USBEndpoint

    /// Nil where the device is no FTDI bridge with one port.
    init?(_ connection: any USBConnection) async throws(USBError) {
        guard connection.device.vendorID == Self.vendorID,
            let interface = connection.configuration.interfaces.first(where: { $0.kind.interfaceClass == 0xFF }),
            let output = interface.endpoint(.bulk, .hostToDevice), let input = interface.endpoint(.bulk, .deviceToHost),
            input.maxPacketSize > Self.statusLength
        else { return nil }
        self.connection = connection
        self.output = output
        self.input = input
        try await connection.claim(interface: interface.number)
        // Ports are numbered from 1; 0 serves chips with a single one.
        try await set(Request.reset, 0)
        // 3 MHz / 26 is 115385 baud: 0.2 % off.
        try await set(Request.baudRate, 26)
        // 8 data bits, no parity, 1 stop bit.
        try await set(Request.data, 8)
        try await set(Request.flowControl, 0)
        // Milliseconds until a packet that is not full is sent; the chip's own 16 would slow every answer.
        try await set(Request.latency, 2)
        // Sets DTR and RTS: the upper byte says which are meant.
        try await set(Request.modemControl, 0x0101)
        try await set(Request.modemControl, 0x0202)
    }

    func write(_ bytes: [UInt8], timeout: Duration) async throws(USBError) {
        let deadline = ContinuousClock.now + timeout
        var rest = bytes[...]
        while !rest.isEmpty {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw .timeout(moved: nil) }
            let taken = try await connection.write(Array(rest), to: output.address, timeout: left)
            rest = rest.dropFirst(max(0, taken))
        }
    }

    /// Packets without a byte of data come all the time: they are read over.
    func read(timeout: Duration) async throws(USBError) -> [UInt8] {
        let deadline = ContinuousClock.now + timeout
        while true {
            let left = max(ContinuousClock.now.duration(to: deadline), .milliseconds(1))
            let packet = try await connection.read(upTo: input.maxPacketSize, from: input.address, timeout: left)
            if packet.count > Self.statusLength { return Array(packet.dropFirst(Self.statusLength)) }
            guard ContinuousClock.now < deadline else { throw .timeout(moved: nil) }
        }
    }

    func recover() async throws(USBError) {
        try await connection.clearHalt(input.address)
        try await connection.clearHalt(output.address)
    }

    private func set(_ request: UInt8, _ value: UInt16) async throws(USBError) {
        let setup = USBSetup(requestType: 0x40, request: request, value: value, index: 0)
        _ = try await connection.control(setup, data: [], timeout: Self.requestLimit)
    }
}
