import CV4L2
import Foundation
import KioskModel
import KioskPlatform

/// The picture format that a camera agreed to.
struct V4L2Format {
    let encoding: V4L2FrameSource.Encoding
    let width: Int
    let height: Int
    /// Bytes a row; only YUYV has one.
    let stride: Int

    /// The preferred encoding where the camera has it, otherwise the other one.
    static func choose(
        _ descriptor: Int32, prefers: V4L2FrameSource.Encoding
    ) throws(Fault) -> V4L2Format {
        let known = [(cv4l2_yuyv, V4L2FrameSource.Encoding.yuyv), (cv4l2_mjpeg, .mjpeg)]
        for (fourcc, encoding) in prefers == .yuyv ? known : known.reversed() {
            var format = cv4l2_format(fourcc: fourcc, width: 640, height: 480, bytes_per_line: 0, image_size: 0)
            guard cv4l2_set_format(descriptor, &format) == 0, format.fourcc == fourcc else { continue }
            let (width, height) = (Int(format.width), Int(format.height))
            guard (64...4096).contains(width), (64...4096).contains(height), width % 2 == 0 else { continue }
            let stride = max(Int(min(format.bytes_per_line, 1 << 16)), width * 2)
            return V4L2Format(encoding: encoding, width: width, height: height, stride: stride)
        }
        throw Fault(.faceNoCamera, "the camera gives neither YUYV nor MJPEG", device: "camera")
    }

    /// Throws `faceFrameCorrupt`.
    func decode(_ pixels: UnsafeRawBufferPointer, taken: ContinuousClock.Instant) throws(Fault) -> Frame {
        switch encoding {
        case .yuyv: try FrameDecoder.yuyv(pixels, width: width, height: height, stride: stride, taken: taken)
        case .mjpeg: try FrameDecoder.jpeg(pixels, taken: taken)
        }
    }
}
