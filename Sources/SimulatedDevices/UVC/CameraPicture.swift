import CJPEG

/// What stands before the simulated camera, as it is sent in each format.
struct CameraPicture: Sendable {
    /// The file as it is, where its size is the camera's; empty for an empty room.
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

    static let nobody = CameraPicture()

    /// A JPEG of exactly the asked size is sent as it is; everything else is fitted in, with grey bars.
    ///
    /// Nil where the picture is damaged or does not fit what a frame may hold.
    func encoded(_ encoding: UVCVideoFormat.Encoding, _ wanted: UVCVideoFormat.Size) -> [UInt8]? {
        if encoding == .mjpeg, size == wanted { return original.count <= wanted.bytes ? original : nil }
        let (width, height) = (wanted.width, wanted.height)
        let picture =
            size == nil
            ? RGBPicture.room(width: width, height: height)
            : RGBPicture(jpeg: original, width: width, height: height)
        guard let picture else { return nil }
        switch encoding {
        case .yuyv: return picture.yuyv()
        case .mjpeg:
            let jpeg = picture.jpeg()
            return jpeg.isEmpty || jpeg.count > wanted.bytes ? nil : jpeg
        }
    }
}
