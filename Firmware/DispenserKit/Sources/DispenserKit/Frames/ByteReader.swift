/// Takes fixed-size fields from the front of some bytes; every read says nil past the end.
struct ByteReader<let capacity: Int> {
    private let bytes: FixedBytes<capacity>
    private var position = 0

    init(_ bytes: FixedBytes<capacity>) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    mutating func byte() -> UInt8? {
        guard let byte = bytes.byte(at: position) else { return nil }
        position += 1
        return byte
    }

    /// Little-endian.
    mutating func uint16() -> UInt16? {
        guard let low = byte(), let high = byte() else { return nil }
        return UInt16(low) | UInt16(high) << 8
    }

    /// Little-endian.
    mutating func uint32() -> UInt32? {
        guard let low = uint16(), let high = uint16() else { return nil }
        return UInt32(low) | UInt32(high) << 16
    }
}
