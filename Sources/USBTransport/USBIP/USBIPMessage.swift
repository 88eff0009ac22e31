/// One message of an imported device's connection: its 48-byte header, without the data that may follow.
public enum USBIPMessage: Sendable, Hashable {
    /// CMD_SUBMIT; host-to-device is followed by `length` bytes.
    case submit(USBIPSubmit)
    /// RET_SUBMIT; the answer to a device-to-host submit is followed by `actualLength` bytes.
    case submitted(sequence: UInt32, status: Int32, actualLength: Int)
    /// CMD_UNLINK of the submit `target`.
    case unlink(sequence: UInt32, deviceID: UInt32, target: UInt32)
    /// RET_UNLINK: -ECONNRESET where the submit was taken back, 0 where it had been answered before.
    case unlinked(sequence: UInt32, status: Int32)

    private enum Command: UInt32 { case submit = 1, unlink, submitted, unlinked }

    /// What stands for "not isochronous" in the packet count.
    private static let notIsochronous: UInt32 = 0xFFFF_FFFF

    public var encoded: [UInt8] {
        var writer = BigEndianWriter()
        switch self {
        case .submit(let submit):
            let isIn: UInt32 = submit.isDeviceToHost ? 1 : 0
            for field in [Command.submit.rawValue, submit.sequence, submit.deviceID, isIn, UInt32(submit.endpoint)] {
                writer.long(field)
            }
            for field in [submit.flags, UInt32(clamping: submit.length), 0, Self.notIsochronous, submit.interval] {
                writer.long(field)
            }
            writer.append(submit.setup)
        case .submitted(let sequence, let status, let actualLength):
            for field in [Command.submitted.rawValue, sequence, 0, 0, 0] { writer.long(field) }
            let actual = UInt32(clamping: actualLength)
            for field in [UInt32(bitPattern: status), actual, 0, Self.notIsochronous, 0] { writer.long(field) }
        case .unlink(let sequence, let deviceID, let target):
            for field in [Command.unlink.rawValue, sequence, deviceID, 0, 0, target] { writer.long(field) }
        case .unlinked(let sequence, let status):
            for field in [Command.unlinked.rawValue, sequence, 0, 0, 0, UInt32(bitPattern: status)] {
                writer.long(field)
            }
        }
        writer.append([UInt8](repeating: 0, count: USBIPWire.headerLength - writer.bytes.count))
        return writer.bytes
    }

    /// Reads exactly 48 bytes. Throws for an unknown command, isochronous packets and a length out of bounds.
    public init(decoding bytes: [UInt8]) throws(USBIPWireError) {
        guard bytes.count == USBIPWire.headerLength else {
            throw USBIPWireError("a header of \(bytes.count) bytes, 48 expected")
        }
        var reader = BigEndianReader(bytes)
        let raw = try reader.long()
        guard let command = Command(rawValue: raw) else { throw USBIPWireError("unknown command \(raw)") }
        let sequence = try reader.long()
        let deviceID = try reader.long()
        let direction = try reader.long()
        let endpoint = try reader.long()
        switch command {
        case .submit:
            guard direction <= 1 else { throw USBIPWireError("direction \(direction)") }
            guard endpoint <= 15 else { throw USBIPWireError("endpoint \(endpoint)") }
            let flags = try reader.long()
            let length = try Self.length(&reader)
            _ = try reader.long()
            try Self.refuseIsochronous(&reader)
            let interval = try reader.long()
            self = .submit(
                USBIPSubmit(
                    sequence: sequence, deviceID: deviceID, isDeviceToHost: direction == 1, endpoint: UInt8(endpoint),
                    flags: flags, length: length, interval: interval, setup: try reader.bytes(8)))
        case .submitted:
            let status = Int32(bitPattern: try reader.long())
            let actual = try Self.length(&reader)
            _ = try reader.long()
            try Self.refuseIsochronous(&reader)
            self = .submitted(sequence: sequence, status: status, actualLength: actual)
        case .unlink: self = .unlink(sequence: sequence, deviceID: deviceID, target: try reader.long())
        case .unlinked: self = .unlinked(sequence: sequence, status: Int32(bitPattern: try reader.long()))
        }
    }

    private static func length(_ reader: inout BigEndianReader) throws(USBIPWireError) -> Int {
        let length = Int32(bitPattern: try reader.long())
        guard length >= 0, length <= USBIPWire.maximumTransfer else {
            throw USBIPWireError("a transfer of \(length) bytes")
        }
        return Int(length)
    }

    private static func refuseIsochronous(_ reader: inout BigEndianReader) throws(USBIPWireError) {
        let packets = try reader.long()
        // The kernel sends 0 for transfers that are not isochronous, the documentation asks for -1.
        guard packets == 0 || packets == notIsochronous else {
            throw USBIPWireError("an isochronous transfer of \(packets) packets")
        }
    }
}

/// CMD_SUBMIT: one URB for the device.
public struct USBIPSubmit: Sendable, Hashable {
    /// URB_DIR_IN of Linux's usb.h.
    public static let directionIn: UInt32 = 0x0200

    public let sequence: UInt32
    public let deviceID: UInt32
    public let isDeviceToHost: Bool
    /// 0...15, without the direction bit.
    public let endpoint: UInt8
    public let flags: UInt32
    /// Bytes that follow (host-to-device), or the most that may come back; at most `USBIPWire.maximumTransfer`.
    public let length: Int
    public let interval: UInt32
    /// The eight SETUP bytes, zeros for other endpoints than 0.
    public let setup: [UInt8]

    public init(
        sequence: UInt32, deviceID: UInt32, isDeviceToHost: Bool, endpoint: UInt8, flags: UInt32 = 0, length: Int,
        interval: UInt32 = 0, setup: [UInt8] = [UInt8](repeating: 0, count: 8)
    ) {
        self.sequence = sequence
        self.deviceID = deviceID
        self.isDeviceToHost = isDeviceToHost
        self.endpoint = endpoint
        self.flags = flags
        self.length = length
        self.interval = interval
        self.setup = setup
    }

    /// The endpoint with its direction bit; 0 for control.
    public var address: UInt8 { endpoint == 0 ? 0 : (isDeviceToHost ? 0x80 | endpoint : endpoint) }
}

/// The errno values by which URBs end on the wire (Linux numbers, negative).
public enum USBIPStatus {
    public static let ok: Int32 = 0
    public static let noEntry: Int32 = -2
    public static let noDevice: Int32 = -19
    public static let brokenPipe: Int32 = -32
    public static let timer: Int32 = -62
    public static let overflow: Int32 = -75
    public static let connectionReset: Int32 = -104
    public static let shutdown: Int32 = -108
    public static let timedOut: Int32 = -110

    /// The one mapping from URB status to `USBError`; nil for 0.
    public static func error(_ status: Int32) -> USBError? {
        switch status {
        case ok: nil
        case brokenPipe: .stall
        case noDevice, shutdown: .noDevice
        case overflow: .overflow
        case connectionReset, noEntry: .cancelled
        case timer, timedOut: .timeout(moved: nil)
        default: .failed("URB status \(status)")
        }
    }
}
