/// A frame's body: what the message type says it is.
public typealias FrameBody = FixedBytes<248>
/// A frame as it goes over the wire: delimiter, stuffed bytes, delimiter.
public typealias EncodedFrame = FixedBytes<260>

/// One message with its header.
///
/// Before stuffing: version (1 byte), type (1), sequence number (2, little-endian), body (0…248), CRC-32 of all that
/// (4, little-endian). This header stays the same in every version, so that `identify` is always understood.
public struct Frame: Sendable {
    /// The protocol version that this code speaks.
    public static let currentVersion: UInt8 = 1
    /// Header and CRC.
    static let overhead = 8

    public var version: UInt8
    public var type: UInt8
    /// Chosen by the host; a reply carries its request's.
    public var sequence: UInt16
    public var body: FrameBody

    public init(type: UInt8, sequence: UInt16, body: FrameBody, version: UInt8 = Frame.currentVersion) {
        self.version = version
        self.type = type
        self.sequence = sequence
        self.body = body
    }

    /// The bytes for the wire. The delimiter in front ends whatever noise was before it.
    public func encoded() -> EncodedFrame {
        var plain = FixedBytes<256>()
        plain.append(version)
        plain.append(type)
        plain.append(littleEndian: sequence)
        for index in 0..<body.count { plain.append(body.byte(at: index) ?? 0) }
        plain.append(littleEndian: Self.crc(plain, count: plain.count))
        var wire = EncodedFrame()
        wire.append(0)
        // Always fits: 256 bytes grow by at most 2, and two delimiters.
        _ = COBS.encode(plain, into: &wire)
        wire.append(0)
        return wire
    }

    /// Reads the bytes between two delimiters, which are unstuffed where they lie.
    init(unstuffing plain: inout FixedBytes<258>) throws(FrameError) {
        guard COBS.decode(inPlace: &plain) else { throw .stuffing }
        guard plain.count >= Self.overhead else { throw .short }
        let length = plain.count - 4
        var tail: UInt32 = 0
        for offset in 0..<4 { tail |= UInt32(plain.byte(at: length + offset) ?? 0) << UInt32(8 * offset) }
        guard tail == Self.crc(plain, count: length) else { throw .checksum }
        guard let version = plain.byte(at: 0), let type = plain.byte(at: 1), let low = plain.byte(at: 2),
            let high = plain.byte(at: 3)
        else { throw .short }
        var body = FrameBody()
        for index in 4..<length {
            guard body.append(plain.byte(at: index) ?? 0) else { throw .long }
        }
        self.init(type: type, sequence: UInt16(low) | UInt16(high) << 8, body: body, version: version)
    }

    private static func crc<let capacity: Int>(_ bytes: FixedBytes<capacity>, count: Int) -> UInt32 {
        var crc = CRC32()
        for index in 0..<count { crc.update(bytes.byte(at: index) ?? 0) }
        return crc.value
    }
}
