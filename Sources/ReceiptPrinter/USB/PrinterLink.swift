import KioskModel
import USBTransport

/// A claimed printer interface: its endpoints and the three requests of the USB printer class (1.1, section 4.2).
struct PrinterLink: Sendable {
    static let interfaceClass: UInt8 = 7

    let connection: any USBConnection
    let interface: USBInterface
    let output: USBEndpoint
    /// Absent on a printer that can't answer.
    let input: USBEndpoint?

    /// Finds the interface by its descriptor; IEEE 1284.4 (3) and IPP (4) interfaces are other languages.
    init(_ connection: any USBConnection) throws(USBError) {
        let interface = connection.configuration.interfaces.first {
            $0.kind.interfaceClass == Self.interfaceClass && $0.alternate == 0
                && ![3, 4].contains($0.kind.interfaceProtocol)
        }
        guard let interface else { throw .badDescriptor("no printer interface of class 7") }
        guard let output = interface.endpoint(.bulk, .hostToDevice) else {
            throw .badDescriptor("printer interface \(interface.number) has no bulk OUT endpoint")
        }
        self.connection = connection
        self.interface = interface
        self.output = output
        input = interface.endpoint(.bulk, .deviceToHost)
    }

    func deviceIdentifier(timeout: Duration) async throws(USBError) -> DeviceIdentifier? {
        let index = UInt16(interface.number) << 8 | UInt16(interface.alternate)
        let setup = USBSetup(requestType: 0xA1, request: 0, index: index, readLength: 1024)
        return DeviceIdentifier(reply: try await connection.control(setup, data: [], timeout: timeout))
    }

    /// Nil where the printer doesn't know the request.
    func portStatus(timeout: Duration) async throws(USBError) -> UInt8? {
        let setup = USBSetup(requestType: 0xA1, request: 1, index: UInt16(interface.number), readLength: 1)
        do {
            return try await connection.control(setup, data: [], timeout: timeout).first
        } catch .stall {
            return nil
        }
    }

    /// SOFT_RESET: the printer flushes its buffers. Sent as class/other (0x23), as the first edition of the class had
    /// it and many printers still do, then as class/interface (0x21). False where it knows neither.
    func softReset(timeout: Duration) async throws(USBError) -> Bool {
        for requestType: UInt8 in [0x23, 0x21] {
            let setup = USBSetup(requestType: requestType, request: 2, index: UInt16(interface.number))
            do {
                _ = try await connection.control(setup, data: [], timeout: timeout)
                return true
            } catch .stall {
                continue
            }
        }
        return false
    }
}
