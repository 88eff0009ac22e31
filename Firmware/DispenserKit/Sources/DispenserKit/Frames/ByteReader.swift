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

    /// So many bytes; nil where there are not so many, or they have no room.
    mutating func take<let room: Int>(_ length: Int) -> FixedBytes<room>? {
        guard length >= 0, length <= room, position + length <= bytes.count else { return nil }
        var taken = FixedBytes<room>()
        for _ in 0..<length { taken.append(byte() ?? 0) }
        return taken
    }
}
