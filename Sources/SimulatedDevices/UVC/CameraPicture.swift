import CJPEG

/// What stands before the simulated camera, as it is sent in each format.
struct CameraPicture: Sendable {
    /// The file as it is, where its size is the camera's.
    private let original: [UInt8]
    private let size: UVCVideoFormat.Size?

    /// Nil where it is no JPEG.
    init?(jpeg: [UInt8]) {
        var (width, height): (Int32, Int32) = (0, 0)
        guard cjpeg_size(jpeg, jpeg.count, &width, &height) == 0 else { return nil }
        original = jpeg
        size = UVCVideoFormat.Size(width: Int(width), height: Int(height))
    }

    private init() {
        original = []
        size = nil
    }

    /// An empty room: a wall and a floor.
    static let nobody = CameraPicture()

    /// A JPEG of exactly the asked size is sent as it is; everything else is fitted in, with grey bars.
    ///
    /// Nil where the picture is damaged or does not fit what a frame may hold.
    func encoded(_ encoding: UVCVideoFormat.Encoding, _ wanted: UVCVideoFormat.Size) -> [UInt8]? {
        if encoding == .mjpeg, size == wanted { return original.count <= wanted.bytes ? original : nil }
        guard let rgb = pixels(wanted) else { return nil }
        let (width, height) = (Int32(wanted.width), Int32(wanted.height))
        switch encoding {
        case .yuyv:
            return [UInt8](unsafeUninitializedCapacity: wanted.bytes) { buffer, count in
                cjpeg_yuyv(rgb, width, height, buffer.baseAddress)
                count = wanted.bytes
            }
        case .mjpeg:
            let jpeg = Self.compress(rgb, width: wanted.width, height: wanted.height)
            return jpeg.isEmpty || jpeg.count > wanted.bytes ? nil : jpeg
        }
    }

    /// A JPEG of one grey; empty where the size makes no sense.
    static func plain(shade: UInt8, width: Int, height: Int) -> [UInt8] {
        compress([UInt8](repeating: shade, count: width * height * 3), width: width, height: height)
    }

    private static func compress(_ rgb: [UInt8], width: Int, height: Int) -> [UInt8] {
        // Room for the worst case that libjpeg-turbo names.
        var length = width * height * 4 + 4096
        var jpeg = [UInt8](repeating: 0, count: length)
        guard cjpeg_encode(rgb, Int32(width), Int32(height), 90, &jpeg, &length) == 0 else { return [] }
        return Array(jpeg.prefix(length))
    }

    private func pixels(_ wanted: UVCVideoFormat.Size) -> [UInt8]? {
        let count = wanted.width * wanted.height * 3
        guard size != nil else {
            let wall = wanted.height * 3 / 4 * wanted.width * 3
            return [UInt8](repeating: 170, count: wall) + [UInt8](repeating: 110, count: count - wall)
        }
        var rgb = [UInt8](repeating: 96, count: count)
        guard cjpeg_fit(original, original.count, &rgb, Int32(wanted.width), Int32(wanted.height)) == 0 else {
            return nil
        }
        return rgb
    }
}
