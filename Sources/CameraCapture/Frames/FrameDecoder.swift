import CVision
import KioskModel

/// Turns what cameras and files give into frames. Any damage is `faceFrameCorrupt`, never a half picture.
public enum FrameDecoder {
    /// Decodes a JPEG (ITU-T T.81). With `upright`, the Exif orientation is applied.
    public static func jpeg(
        _ bytes: some Collection<UInt8>, upright: Bool = false, taken: ContinuousClock.Instant = .now
    ) throws(Fault) -> Frame {
        let jpeg = Array(bytes)
        var width: Int32 = 0
        var height: Int32 = 0
        try check(cvision_jpeg_size(jpeg, jpeg.count, &width, &height), "JPEG")
        let count = Int(width) * Int(height) * 3
        var result: Int32 = 0
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            // A decoder that stops early leaves the rest as it was: begin with zeros.
            buffer.initialize(repeating: 0)
            result = cvision_jpeg_decode(jpeg, jpeg.count, buffer.baseAddress, count, width, height)
            filled = count
        }
        try check(result, "JPEG")
        let orientation = upright ? ExifOrientation.of(jpeg) : 1
        return try turned(pixels, width: width, height: height, orientation: orientation, taken: taken)
    }

    /// Decodes YUYV (YUV 4:2:2 packed) with `stride` bytes a row.
    public static func yuyv(
        _ bytes: UnsafeRawBufferPointer, width: Int, height: Int, stride: Int, taken: ContinuousClock.Instant = .now
    ) throws(Fault) -> Frame {
        let largest = Int(CVISION_MAX_SIDE)
        guard (2...largest).contains(width), (1...largest).contains(height), (0...(1 << 20)).contains(stride),
            let start = bytes.baseAddress
        else { throw Fault(.faceFrameCorrupt, "YUYV of \(width) × \(height)", device: "camera") }
        let count = width * height * 3
        var pixels = [UInt8](repeating: 0, count: count)
        let source = start.assumingMemoryBound(to: UInt8.self)
        try check(
            cvision_yuyv_decode(source, bytes.count, Int32(stride), &pixels, count, Int32(width), Int32(height)), "YUYV"
        )
        return try frame(pixels, Int32(width), Int32(height), taken)
    }

    private static func turned(
        _ pixels: [UInt8], width: Int32, height: Int32, orientation: Int32, taken: ContinuousClock.Instant
    ) throws(Fault) -> Frame {
        guard orientation != 1 else { return try frame(pixels, width, height, taken) }
        var upright = [UInt8](repeating: 0, count: pixels.count)
        try check(
            cvision_turn(pixels, pixels.count, width, height, orientation, &upright, upright.count), "orientation")
        return orientation >= 5 ? try frame(upright, height, width, taken) : try frame(upright, width, height, taken)
    }

    private static func frame(
        _ pixels: [UInt8], _ width: Int32, _ height: Int32, _ taken: ContinuousClock.Instant
    ) throws(Fault) -> Frame {
        guard let frame = Frame(width: Int(width), height: Int(height), bgr: pixels, taken: taken) else {
            throw Fault(.faceFrameCorrupt, "\(pixels.count) bytes for \(width) × \(height)", device: "camera")
        }
        return frame
    }

    private static func check(_ result: Int32, _ what: String) throws(Fault) {
        guard result < 0 else { return }
        let reason =
            switch result {
            case Int32(CVISION_TOO_LARGE): "is too large"
            case Int32(CVISION_BAD_ARGUMENT): "does not fit its own size"
            default: "is damaged"
            }
        throw Fault(.faceFrameCorrupt, "a \(what) picture \(reason)", device: "camera")
    }
}
