/// Cuts a stream of JPEGs laid end to end into single ones (ITU-T T.81 annex B).
struct MJPEGSplitter {
    enum Cut: Equatable {
        /// A whole JPEG.
        case picture(Range<Int>)
        /// So many bytes belong to no JPEG.
        case noise(Int)
        case needsMore
    }

    /// What stands at the beginning of `bytes`.
    static func cut(_ bytes: [UInt8]) -> Cut {
        guard bytes.count >= 2 else { return .needsMore }
        guard bytes[0] == 0xFF, bytes[1] == 0xD8 else {
            let next = bytes.indices.dropLast().dropFirst().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD8 }
            return .noise(next ?? bytes.count - 1)
        }
        var index = 2
        while index + 1 < bytes.count {
            guard bytes[index] == 0xFF else {
                // Entropy-coded data, or damage: on to the next marker.
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case 0xD9: return .picture(0..<index + 2)
            case 0xD8: return .noise(index)
            case 0x00, 0x01, 0xD0...0xD7: index += 2
            case 0xFF: index += 1
            default:
                // A segment with a length: thumbnails in it have markers of their own. One that was cut short takes the
                // beginning of the next JPEG with it: that one is lost too.
                guard index + 3 < bytes.count else { return .needsMore }
                index += 2 + max(2, Int(bytes[index + 2]) << 8 | Int(bytes[index + 3]))
            }
        }
        return .needsMore
    }
}
