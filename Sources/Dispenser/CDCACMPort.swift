import USBTransport

/// The serial line of a CDC-ACM function.
struct CDCACMPort: SerialPort {
    private static let requestLimit = Duration.seconds(1)
    /// 115200 baud (little-endian), 1 stop bit, no parity, 8 data bits (PSTN 1.2 table 17).
    private static let lineCoding: [UInt8] = [0x00, 0xC2, 0x01, 0x00, 0, 0, 8]
    private static let setLineCoding: UInt8 = 0x20
    private static let setControlLineState: UInt8 = 0x22
    /// DTR and RTS: some firmware keeps silent without DTR.
    private static let ready: UInt16 = 0x03

    private let connection: any USBConnection
    private let shape: CDCACMShape

    init(_ connection: any USBConnection, _ shape: CDCACMShape) async throws(USBError) {
        self.connection = connection
        self.shape = shape
        try await connection.claim(interface: shape.controlInterface)
        if shape.dataInterface != shape.controlInterface { try await connection.claim(interface: shape.dataInterface) }
        try await set(Self.setLineCoding, data: Self.lineCoding)
        try await set(Self.setControlLineState, value: Self.ready)
    }

    func write(_ bytes: [UInt8], timeout: Duration) async throws(USBError) {
        let deadline = ContinuousClock.now + timeout
        var rest = bytes[...]
        while !rest.isEmpty {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw .timeout(moved: nil) }
            let taken = try await connection.write(Array(rest), to: shape.bulkOut, timeout: left)
            rest = rest.dropFirst(max(0, taken))
        }
    }

    func read(timeout: Duration) async throws(USBError) -> [UInt8] {
        try await connection.read(
            upTo: shape.readLength, from: shape.bulkIn, timeout: max(timeout, .milliseconds(1)))
    }

    func recover() async throws(USBError) {
        try await connection.clearHalt(shape.bulkIn)
        try await connection.clearHalt(shape.bulkOut)
    }

    /// A line request. A function without a real line may stall it (PSTN 1.2 section 6.3): that is not an error.
    private func set(_ request: UInt8, value: UInt16 = 0, data: [UInt8] = []) async throws(USBError) {
        let setup = USBSetup(
            requestType: 0x21, request: request, value: value, index: UInt16(shape.controlInterface))
        do {
            _ = try await connection.control(setup, data: data, timeout: Self.requestLimit)
        } catch USBError.stall {
            return
        }
    }
}
