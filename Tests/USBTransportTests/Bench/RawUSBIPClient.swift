import KioskPlatform
import USBTransport

/// A USB/IP client by hand, for what a well-behaved one never sends. Its calls block for two seconds at the most.
struct RawUSBIPClient: Sendable {
    let stream: SocketStream

    init(port: UInt16) throws { stream = try SocketStream.connect(host: "127.0.0.1", port: port) }

    /// Imports a device; its record, or nil where the server refuses.
    func importDevice(_ busID: String) throws -> (USBIPOperationHeader.Status, USBIPDeviceRecord?) {
        try stream.write(USBIPOperation.importDevice(busID: busID).encoded)
        let header = try USBIPOperationHeader(decoding: read(USBIPWire.operationLength))
        guard header.status == .ok else { return (header.status, nil) }
        return (.ok, try USBIPDeviceRecord(decoding: read(USBIPDeviceRecord.length)))
    }

    func send(_ message: USBIPMessage, _ data: [UInt8] = []) throws { try stream.write(message.encoded + data) }

    func message() throws -> USBIPMessage { try USBIPMessage(decoding: read(USBIPWire.headerLength)) }

    func read(_ count: Int) throws -> [UInt8] { try stream.read(exactly: count, deadline: .now + .seconds(2)) }

    /// Whether the server has ended the connection.
    func isEnded() -> Bool { (try? stream.read(upTo: 1, deadline: .now + .seconds(2)).isEmpty) ?? true }
}
