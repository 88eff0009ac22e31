import USBTransport

/// A byte stream to the controller, whatever USB function carries it.
///
/// CDC-ACM is one shape, an FTDI bridge another.
protocol SerialPort: Sendable {
    /// Writes all bytes. Where it throws, some of them may have left.
    func write(_ bytes: [UInt8], timeout: Duration) async throws(USBError)
    /// The next bytes. Throws `.timeout` where none came.
    func read(timeout: Duration) async throws(USBError) -> [UInt8]
    /// Clears halted endpoints after a stall.
    func recover() async throws(USBError)
}

enum SerialPorts {
    /// The serial function of a device, found in its descriptors, claimed and set to 115200 8N1.
    static func open(_ connection: any USBConnection) async throws(USBError) -> any SerialPort {
        if let shape = CDCACMShape(connection.configuration) { return try await CDCACMPort(connection, shape) }
        if let port = try await FTDIPort(connection) { return port }
        throw .badDescriptor("neither an FTDI bridge nor a CDC-ACM function with bulk endpoints in both directions")
    }
}
