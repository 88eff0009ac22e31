/// The first line of a Y4M file (yuv4mpeg(5), MJPEG tools): sizes, speed and the layout of the planes.
struct Y4MHeader: Equatable {
    let width: Int
    let height: Int
    let framesPerSecond: Double
    /// Rows of each chroma plane: half as many as the picture has, or all.
    let chromaRows: Int

    /// Longest line that is looked at, for the file and for each frame.
    static let longestLine = 256

    var lumaBytes: Int { width * height }
    var chromaBytes: Int { width / 2 * chromaRows }
    /// Bytes of one frame behind its line.
    var frameBytes: Int { lumaBytes + 2 * chromaBytes }

    /// Nil for what is no such line, for odd or huge sizes, and for other layouts than 4:2:0 and 4:2:2 of 8 bits.
    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard words.first == "YUV4MPEG2" else { return nil }
        var (width, height, rate, layout) = (0, 0, 25.0, "420")
        for word in words.dropFirst() {
            let value = word.dropFirst()
            switch word.first {
            case "W": width = Int(value) ?? 0
            case "H": height = Int(value) ?? 0
            case "F":
                let parts = value.split(separator: ":").compactMap { Double($0) }
                guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
                rate = parts[0] / parts[1]
            case "C": layout = String(value)
            default: break
            }
        }
        guard (2...4096).contains(width), (2...4096).contains(height), width % 2 == 0, height % 2 == 0,
            rate.isFinite
        else { return nil }
        switch layout {
        case "420", "420jpeg", "420mpeg2", "420paldv": chromaRows = height / 2
        case "422": chromaRows = height
        default: return nil
        }
        self.width = width
        self.height = height
        framesPerSecond = min(max(rate, 0.1), 240)
    }

    /// The planes of one frame as YUYV, nil where they have another size.
    func yuyv(_ planes: [UInt8]) -> [UInt8]? {
        guard planes.count == frameBytes else { return nil }
        var packed = [UInt8](repeating: 0, count: lumaBytes * 2)
        let divisor = height / chromaRows
        planes.withUnsafeBufferPointer { source in
            for row in 0..<height {
                let chroma = lumaBytes + row / divisor * (width / 2)
                for pair in 0..<width / 2 {
                    let (from, to) = (row * width + pair * 2, (row * width + pair * 2) * 2)
                    packed[to] = source[from]
                    packed[to + 1] = source[chroma + pair]
                    packed[to + 2] = source[from + 1]
                    packed[to + 3] = source[chroma + chromaBytes + pair]
                }
            }
        }
        return packed
    }
}
