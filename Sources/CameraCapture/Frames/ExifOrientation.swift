/// The orientation that a JPEG's Exif block asks for.
enum ExifOrientation {
    /// 1–8 (TIFF 6.0 and Exif 2.3, tag 274), 1 where there is none or the block makes no sense.
    static func of(_ jpeg: [UInt8]) -> Int32 {
        var offset = 2
        // Markers with a length, up to the start of the scan (ITU-T T.81 annex B).
        while let marker = word(jpeg, offset, bigEndian: true), marker >> 8 == 0xFF, marker != 0xFFDA,
            let length = word(jpeg, offset + 2, bigEndian: true), length >= 2
        {
            let end = min(offset + 2 + length, jpeg.count)
            if marker == 0xFFE1, end - offset >= 10, Array(jpeg[offset + 4..<offset + 10]) == exif {
                return orientation(inTIFF: Array(jpeg[offset + 10..<end]))
            }
            offset = end
        }
        return 1
    }

    private static let exif: [UInt8] = Array("Exif".utf8) + [0, 0]

    private static func orientation(inTIFF block: [UInt8]) -> Int32 {
        let bigEndian: Bool
        switch word(block, 0, bigEndian: true) {
        case 0x4D4D: bigEndian = true
        case 0x4949: bigEndian = false
        default: return 1
        }
        guard word(block, 2, bigEndian: bigEndian) == 42, let high = word(block, 4, bigEndian: bigEndian),
            let low = word(block, 6, bigEndian: bigEndian)
        else { return 1 }
        let directory = bigEndian ? high << 16 | low : low << 16 | high
        guard let entries = word(block, directory, bigEndian: bigEndian) else { return 1 }
        for entry in 0..<entries {
            let start = directory + 2 + entry * 12
            guard let tag = word(block, start, bigEndian: bigEndian) else { return 1 }
            guard tag == 274 else { continue }
            let value = word(block, start + 8, bigEndian: bigEndian) ?? 1
            return (1...8).contains(value) ? Int32(value) : 1
        }
        return 1
    }

    private static func word(_ bytes: [UInt8], _ offset: Int, bigEndian: Bool) -> Int? {
        guard offset >= 0, offset <= bytes.count - 2 else { return nil }
        let (first, second) = (Int(bytes[offset]), Int(bytes[offset + 1]))
        return bigEndian ? first << 8 | second : second << 8 | first
    }
}
