/// An operation before a device is imported: its header, and what follows it.
public enum USBIPOperation: Sendable, Hashable {
    case listDevices
    case importDevice(busID: String)

    public enum Code: UInt16, Sendable {
        case requestDeviceList = 0x8005
        case replyDeviceList = 0x0005
        case requestImport = 0x8003
        case replyImport = 0x0003
    }

    /// The whole request as it goes over the wire.
    public var encoded: [UInt8] {
        switch self {
        case .listDevices: return USBIPOperationHeader(code: .requestDeviceList).encoded
        case .importDevice(let busID):
            var writer = BigEndianWriter()
            writer.append(USBIPOperationHeader(code: .requestImport).encoded)
            writer.text(busID, length: USBIPWire.busIDLength)
            return writer.bytes
        }
    }

    /// Reads the bus id that follows the header of an import request: exactly 32 bytes.
    public static func decodeBusID(_ bytes: [UInt8]) throws(USBIPWireError) -> String {
        var reader = BigEndianReader(bytes)
        let busID = try reader.text(USBIPWire.busIDLength)
        try reader.end()
        return busID
    }
}

/// The eight bytes that begin every operation.
public struct USBIPOperationHeader: Sendable, Hashable {
    public let code: USBIPOperation.Code
    /// 0 in requests; in replies 0 means done.
    public let status: Status

    /// `ST_*` of the Linux tools (usbip_common.h).
    public enum Status: UInt32, Sendable {
        case ok = 0
        case notAvailable = 1
        case busy = 2
        case deviceError = 3
        case noDevice = 4
        case error = 5
    }

    public init(code: USBIPOperation.Code, status: Status = .ok) {
        self.code = code
        self.status = status
    }

    /// Reads exactly 8 bytes; an unknown status counts as `error`.
    public init(decoding bytes: [UInt8]) throws(USBIPWireError) {
        var reader = BigEndianReader(bytes)
        let version = try reader.word()
        guard version == USBIPWire.version else {
            throw USBIPWireError("version 0x\(String(version, radix: 16)), 0x111 expected")
        }
        let raw = try reader.word()
        guard let code = USBIPOperation.Code(rawValue: raw) else {
            throw USBIPWireError("unknown operation 0x\(String(raw, radix: 16))")
        }
        self.code = code
        status = Status(rawValue: try reader.long()) ?? .error
        try reader.end()
    }

    public var encoded: [UInt8] {
        var writer = BigEndianWriter()
        writer.word(USBIPWire.version)
        writer.word(code.rawValue)
        writer.long(status.rawValue)
        return writer.bytes
    }
}
