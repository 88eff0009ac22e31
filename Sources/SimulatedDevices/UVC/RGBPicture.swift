import CJPEG

/// A picture in packed RGB, 8 bits a channel, rows from top to bottom.
public struct RGBPicture: Sendable, Hashable {
    public let width: Int
    public let height: Int
    public private(set) var pixels: [UInt8]

    /// Nil where the bytes are not a picture of that size.
    public init?(width: Int, height: Int, pixels: [UInt8]) {
        guard (1...16_384).contains(width), (1...16_384).contains(height), pixels.count == width * height * 3 else {
            return nil
        }
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }

    /// A JPEG's picture, shrunk where a side is longer than `longest`. Nil where it is damaged or no JPEG.
    public init?(jpeg: [UInt8], longest: Int = 2400) {
        var (from, down): (Int32, Int32) = (0, 0)
        guard cjpeg_size(jpeg, jpeg.count, &from, &down) == 0 else { return nil }
        let (whole, longer) = ((width: Int(from), height: Int(down)), Int(max(from, down)))
        guard longer > longest else {
            self.init(jpeg: jpeg, width: whole.width, height: whole.height)
            return
        }
        self.init(
            jpeg: jpeg, width: max(1, whole.width * longest / longer), height: max(1, whole.height * longest / longer))
    }

    /// A JPEG's picture as large as it goes in the middle of a grey one of this size. Nil where it is damaged.
    init?(jpeg: [UInt8], width: Int, height: Int) {
        self.init(width: width, height: height, grey: 96)
        guard cjpeg_fit(jpeg, jpeg.count, &pixels, Int32(width), Int32(height)) == 0 else { return nil }
    }

    private init(width: Int, height: Int, grey: UInt8) {
        (self.width, self.height) = (width, height)
        pixels = [UInt8](repeating: grey, count: width * height * 3)
    }

    /// An empty room: a wall and a floor.
    static func room(width: Int, height: Int) -> RGBPicture {
        var room = RGBPicture(width: width, height: height, grey: 170)
        for byte in (height * 3 / 4 * width * 3)..<room.pixels.count { room.pixels[byte] = 110 }
        return room
    }

    /// One grey.
    static func plain(shade: UInt8, width: Int, height: Int) -> RGBPicture {
        RGBPicture(width: width, height: height, grey: shade)
    }

    /// As a JPEG with 4:2:2 chroma, as cameras make it.
    public func jpeg(quality: Int32 = 90) -> [UInt8] {
        // Room for the worst case that libjpeg-turbo names, in whole blocks.
        var length = (width + 15) / 16 * 16 * ((height + 15) / 16 * 16) * 4 + 4096
        var jpeg = [UInt8](repeating: 0, count: length)
        guard cjpeg_encode(pixels, Int32(width), Int32(height), quality, &jpeg, &length) == 0 else { return [] }
        return Array(jpeg.prefix(length))
    }

    /// YUYV (ITU-R BT.601, limited range); the width must be even.
    func yuyv() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: width * height * 2) { buffer, count in
            cjpeg_yuyv(pixels, Int32(width), Int32(height), buffer.baseAddress)
            count = width * height * 2
        }
    }

    /// A part, as a picture of its own.
    func part(columns: Range<Int>, rows: Range<Int>) -> RGBPicture {
        var part = RGBPicture(width: columns.count, height: rows.count, grey: 0)
        part.pixels = rows.flatMap { row in
            pixels[(row * width + columns.lowerBound) * 3..<(row * width + columns.upperBound) * 3]
        }
        return part
    }

    /// Each pixel from where the body says, in another picture's coordinates; nil leaves it as it is.
    func painted(with other: RGBPicture, from source: (_ x: Int, _ y: Int) -> (x: Int, y: Int)?) -> RGBPicture {
        var result = self
        result.pixels.withUnsafeMutableBufferPointer { target in
            for y in 0..<height {
                for x in 0..<width {
                    guard let (column, row) = source(x, y), (0..<other.width).contains(column),
                        (0..<other.height).contains(row)
                    else { continue }
                    let (to, from) = ((y * width + x) * 3, (row * other.width + column) * 3)
                    for channel in 0..<3 { target[to + channel] = other.pixels[from + channel] }
                }
            }
        }
        return result
    }
}
