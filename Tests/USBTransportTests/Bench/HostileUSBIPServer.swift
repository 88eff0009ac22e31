import KioskPlatform
import KioskTestSupport
import USBTransport

/// A USB/IP server that lists one honest device, and answers its import and what follows as a test says.
final class HostileUSBIPServer: Sendable {
    static let record = USBIPDeviceRecord(
        path: "/hostile", busID: "1-1", busNumber: 1, deviceNumber: 2, speed: .high, vendorID: 0x1209, productID: 1,
        bcdDevice: 1, deviceClass: USBInterfaceClass(interfaceClass: 0, subclass: 0, interfaceProtocol: 0),
        configurationValue: 1, configurationCount: 1, interfaceCount: 0)
    static let honestList: [UInt8] =
        USBIPOperationHeader(code: .replyDeviceList).encoded
        + USBIPListedDevice.encodeList([USBIPListedDevice(record: record, interfaces: [])])
    static let honestImport: [UInt8] = USBIPOperationHeader(code: .replyImport).encoded + record.encoded

    let port: UInt16
    private let listener: SocketListener

    /// `talk` runs on the import's connection, on a thread of its own; the connection ends with it.
    init(
        list: [UInt8] = HostileUSBIPServer.honestList, imported: [UInt8] = HostileUSBIPServer.honestImport,
        talk: @escaping @Sendable (SocketStream) throws -> Void = { _ in }
    ) throws {
        let (listener, port) = try SocketListener.listen(loopbackPort: 0)
        (self.listener, self.port) = (listener, port)
        Task {
            try await onOwnThread("hostile") {
                while let stream = try listener.accept() {
                    Task { try await onOwnThread("hostile-talk") { try Self.serve(stream, list, imported, talk) } }
                }
            }
        }
    }

    func stop() { listener.shutdown() }

    private static func serve(
        _ stream: SocketStream, _ list: [UInt8], _ imported: [UInt8], _ talk: (SocketStream) throws -> Void
    ) throws {
        defer { stream.shutdown() }
        let header = try stream.read(exactly: USBIPWire.operationLength)
        if header[2...3] == [0x80, 0x05] { return try stream.write(list) }
        _ = try stream.read(exactly: USBIPWire.busIDLength)
        try stream.write(imported)
        try talk(stream)
    }

    /// Answers the submits of a device's opening from an honest echo device's descriptors, then returns.
    static func answerOpening(_ stream: SocketStream, device: [UInt8], configuration: [UInt8]) throws {
        // Device, configuration twice, languages refused: the strings are then not asked for.
        for answer in [device, Array(configuration.prefix(9)), configuration, nil] {
            let sequence = try nextSubmit(stream)
            let status = answer == nil ? USBIPStatus.brokenPipe : USBIPStatus.ok
            let message = USBIPMessage.submitted(
                sequence: sequence, status: status, actualLength: answer?.count ?? 0)
            try stream.write(message.encoded + (answer ?? []))
        }
    }

    static func nextSubmit(_ stream: SocketStream) throws -> UInt32 {
        let message = try USBIPMessage(decoding: stream.read(exactly: USBIPWire.headerLength))
        guard case .submit(let submit) = message else { throw USBIPWireError("no submit") }
        return submit.sequence
    }
}
