import CVision
import KioskModel
import KioskTestSupport
import Testing

@testable import CameraCapture

/// The nearest of the sample's four colours at a pixel.
private func colour(_ frame: Frame, _ x: Int, _ y: Int) -> String {
    let start = (y * frame.width + x) * 3
    let on = frame.bgr[start..<start + 3].map { $0 > 127 }
    return switch (on[0], on[1], on[2]) {
    case (false, false, true): "red"
    case (false, true, false): "green"
    case (true, false, false): "blue"
    case (true, true, true): "white"
    default: "?"
    }
}

/// Colours at the corners: top left, top right, bottom left, bottom right.
private func corners(_ frame: Frame) -> [String] {
    let (right, bottom) = (frame.width - 3, frame.height - 3)
    return [colour(frame, 2, 2), colour(frame, right, 2), colour(frame, 2, bottom), colour(frame, right, bottom)]
}

struct FrameDecoderTests {
    @Test func `a JPEG becomes BGR, rows from top to bottom`() throws {
        let frame = try FrameDecoder.jpeg(SampleJPEG.bytes)
        #expect((frame.width, frame.height) == (SampleJPEG.width, SampleJPEG.height))
        #expect(corners(frame) == ["red", "green", "blue", "white"])
    }

    @Test(.timeLimit(.minutes(1))) func `a JPEG that ends early at any byte is damaged, not half a picture`() {
        for length in 0..<SampleJPEG.bytes.count {
            let fault = #expect(throws: Fault.self) { try FrameDecoder.jpeg(SampleJPEG.bytes.prefix(length)) }
            #expect(fault?.code == .faceFrameCorrupt, "at \(length)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func `changed bytes give a picture of the same size or a fault, never a crash`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            var bytes = SampleJPEG.bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            do throws(Fault) {
                let frame = try FrameDecoder.jpeg(bytes, upright: true)
                #expect(frame.bgr.count == frame.width * frame.height * 3)
            } catch {
                #expect(error.code == .faceFrameCorrupt)
            }
        }
    }

    @Test(arguments: [(UInt16(65535), UInt16(65535)), (65535, 1), (8192, 8192), (0, 16), (32, 0)])
    func `a header that claims a huge or empty picture is refused before memory is taken`(
        _ size: (UInt16, UInt16)
    ) throws {
        let bytes = SampleJPEG.claiming(width: size.0, height: size.1)
        try #require(!bytes.isEmpty)
        let fault = #expect(throws: Fault.self) { try FrameDecoder.jpeg(bytes) }
        #expect(fault?.code == .faceFrameCorrupt)
    }

    @Test(arguments: [[], [0xFF], [0xFF, 0xD8], Array("no picture at all".utf8)] as [[UInt8]])
    func `what is no JPEG is a fault`(_ bytes: [UInt8]) {
        let fault = #expect(throws: Fault.self) { try FrameDecoder.jpeg(bytes, upright: true) }
        #expect(fault?.code == .faceFrameCorrupt)
    }

    @Test(
        arguments: Array(
            [
                ["red", "green", "blue", "white"], ["green", "red", "white", "blue"],
                ["white", "blue", "green", "red"], ["blue", "white", "red", "green"],
                ["red", "blue", "green", "white"], ["blue", "red", "white", "green"],
                ["white", "green", "blue", "red"], ["green", "white", "red", "blue"],
            ].enumerated()), [true, false])
    func `a photograph is turned upright by its Exif orientation`(
        _ pair: (offset: Int, element: [String]), bigEndian: Bool
    ) throws {
        let orientation = pair.offset + 1
        let bytes = SampleJPEG.turned(UInt8(orientation), bigEndian: bigEndian)
        let frame = try FrameDecoder.jpeg(bytes, upright: true)
        #expect(corners(frame) == pair.element)
        #expect(frame.width == (orientation >= 5 ? 16 : 32))
        let asStored = try FrameDecoder.jpeg(bytes)
        #expect(corners(asStored) == ["red", "green", "blue", "white"])
    }

    @Test func `an Exif block without sense leaves the picture as it is`() throws {
        var bytes = SampleJPEG.turned(6, bigEndian: true)
        bytes[17] = 0xFF  // The directory's offset points far outside.
        #expect(try FrameDecoder.jpeg(bytes, upright: true).width == 32)
        #expect(try FrameDecoder.jpeg(SampleJPEG.turned(9, bigEndian: false), upright: true).width == 32)
    }
}

struct YUYVTests {
    /// White, then black, by ITU-R BT.601: Y 235 and 16, both colour differences 128; 6 bytes of padding a row.
    private let row: [UInt8] = [235, 128, 235, 128, 16, 128, 16, 128, 9, 9, 9, 9, 9, 9]

    @Test func `YUYV with padded rows becomes BGR`() throws {
        let bytes = row + row
        let frame = try bytes.withUnsafeBytes { try FrameDecoder.yuyv($0, width: 4, height: 2, stride: 14) }
        #expect(frame.bgr.count == 4 * 2 * 3)
        for y in 0..<2 {
            #expect(frame.bgr[(y * 4) * 3..<(y * 4 + 2) * 3].allSatisfy { $0 > 250 })
            #expect(frame.bgr[(y * 4 + 2) * 3..<(y * 4 + 4) * 3].allSatisfy { $0 < 5 })
        }
    }

    @Test(arguments: [(4, 3, 14), (4, 2, 7), (3, 2, 14), (0, 2, 14), (4, 0, 14), (9000, 2, 18000), (4, 2, -1)])
    func `YUYV that does not fill its size is a fault`(_ size: (Int, Int, Int)) {
        let bytes = row + row
        let fault = #expect(throws: Fault.self) {
            try bytes.withUnsafeBytes {
                try FrameDecoder.yuyv($0, width: size.0, height: size.1, stride: size.2)
            }
        }
        #expect(fault?.code == .faceFrameCorrupt)
    }
}

/// The shim checks every size itself: it must not trust its caller.
struct VisionShimTests {
    @Test func `a picture whose bytes do not fit its size is refused by every function`() {
        var small = [UInt8](repeating: 0, count: 10)
        var face = cvision_face()
        var value: Float = 0
        let points = [Float](repeating: 0, count: 10)
        var crop = [UInt8](repeating: 0, count: Int(CVISION_CROP_BYTES))
        let bad = Int32(CVISION_BAD_ARGUMENT)
        #expect(cvision_detect(nil, small, 10, 640, 480, 320, 0.5, &face, 1) == bad)
        #expect(cvision_align(small, 10, 640, 480, points, &crop, crop.count) == bad)
        #expect(cvision_embed(nil, crop, crop.count, &value, 1) == bad)
        #expect(cvision_liveness(nil, small, 10, 640, 480, &face, 2.7, &value) == bad)
        #expect(cvision_turn(crop, crop.count, 112, 112, 9, &small, small.count) == bad)
        #expect(cvision_jpeg_decode(SampleJPEG.bytes, SampleJPEG.bytes.count, &small, 10, 32, 16) == bad)
    }

    @Test func `points without spread can't be aligned`() {
        let picture = [UInt8](repeating: 0, count: 64 * 64 * 3)
        var crop = [UInt8](repeating: 0, count: Int(CVISION_CROP_BYTES))
        for value: Float in [5, .nan, .infinity] {
            let points = [Float](repeating: value, count: 10)
            #expect(cvision_align(picture, picture.count, 64, 64, points, &crop, crop.count) < 0)
        }
    }

    @Test func `bytes that are no model give no net`() {
        #expect(cvision_net_load([], 0) == nil)
        #expect(cvision_net_load(SampleJPEG.bytes, SampleJPEG.bytes.count) == nil)
    }
}
