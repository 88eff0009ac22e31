/// Constants of the USB/IP protocol 1.1.1 (Linux Documentation/usb/usbip_protocol.rst).
public enum USBIPWire {
    /// The server's usual TCP port.
    public static let defaultPort: UInt16 = 3240
    public static let version: UInt16 = 0x0111
    /// Bytes of an operation header: version, code, status.
    public static let operationLength = 8
    /// Bytes of a URB header, in either direction.
    public static let headerLength = 48
    /// The largest transfer buffer that either side accepts, in bytes.
    public static let maximumTransfer = 16 << 20
    /// The most devices that a device list may name.
    public static let maximumDevices = 1024
    /// The fields path (256 bytes) and bus id (32 bytes) are padded with zeros.
    public static let pathLength = 256
    public static let busIDLength = 32
}

/// Bytes that are not USB/IP; the text says what is wrong with them.
public struct USBIPWireError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Reads big-endian fields one after the other; never past the end.
struct BigEndianReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(Array(bytes)) }

    var remaining: Int { rest.count }

    mutating func bytes(_ count: Int) throws(USBIPWireError) -> [UInt8] {
        guard count >= 0, rest.count >= count else {
            throw USBIPWireError("truncated: \(count) bytes wanted, \(rest.count) left")
        }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func byte() throws(USBIPWireError) -> UInt8 {
        guard let first = rest.popFirst() else { throw USBIPWireError("truncated: 1 byte wanted, none left") }
        return first
    }

    mutating func word() throws(USBIPWireError) -> UInt16 {
        UInt16(try byte()) << 8 | UInt16(try byte())
    }

    mutating func long() throws(USBIPWireError) -> UInt32 {
        UInt32(try word()) << 16 | UInt32(try word())
    }

    /// Text padded with zeros in a field of fixed length. The last byte must be a zero.
    mutating func text(_ count: Int) throws(USBIPWireError) -> String {
        let field = try bytes(count)
        guard let end = field.firstIndex(of: 0) else { throw USBIPWireError("text without its closing zero") }
        guard let text = String(validating: field[..<end], as: UTF8.self) else {
            throw USBIPWireError("text that is not UTF-8")
        }
        return text
    }

    func end() throws(USBIPWireError) {
        guard rest.isEmpty else { throw USBIPWireError("\(rest.count) bytes too many") }
    }
}

/// Writes big-endian fields one after the other.
struct BigEndianWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func word(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(value & 0xFF))
    }

    mutating func long(_ value: UInt32) {
        word(UInt16(value >> 16))
        word(UInt16(value & 0xFFFF))
    }

    mutating func append(_ more: [UInt8]) { bytes += more }

    /// Cuts the text where it does not fit with its closing zero.
    mutating func text(_ value: String, length: Int) {
        let field = Array(value.utf8.prefix(length - 1))
        bytes += field
        bytes += [UInt8](repeating: 0, count: length - field.count)
    }
}
