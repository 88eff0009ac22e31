import CameraCapture
import Foundation

/// Pictures made by arithmetic alone, the same on every machine: what the models must say about them is known.
enum SelfTestPicture {
    /// 112 × 112 BGR: slopes and coarse noise, integers only.
    static let crop: [UInt8] = {
        var state: UInt32 = 0x2545_F491
        let noise = (0..<14 * 14 * 3).map { _ -> Int in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int(state >> 24)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(112 * 112 * 3)
        for y in 0..<112 {
            for x in 0..<112 {
                for channel in 0..<3 {
                    let cell = noise[(y / 8 * 14 + x / 8) * 3 + channel]
                    bytes.append(UInt8((cell + x * (channel + 1) / 2 + y) / 3))
                }
            }
        }
        return bytes
    }()

    /// 320 × 256: a drawing of a face, enough for the detector.
    static let drawing: Frame? = {
        let (width, height) = (320, 256)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width { bytes += colour(x, y) }
        }
        return Frame(width: width, height: height, bgr: bytes)
    }()

    private static func colour(_ x: Int, _ y: Int) -> [UInt8] {
        func inside(_ cx: Int, _ cy: Int, _ rx: Int, _ ry: Int) -> Bool {
            let (dx, dy) = (x - cx, y - cy)
            return dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
        }
        if inside(140, 112, 5, 5) || inside(180, 112, 5, 5) { return [30, 30, 40] }
        if inside(140, 112, 11, 6) || inside(180, 112, 11, 6) { return [225, 228, 230] }
        if inside(140, 97, 14, 3) || inside(180, 97, 14, 3) { return [35, 45, 60] }
        if inside(153, 144, 3, 3) || inside(167, 144, 3, 3) { return [60, 80, 130] }
        if inside(160, 140, 10, 7) { return [125, 155, 205] }
        if inside(160, 166, 20, 6) { return [80, 70, 170] }
        if y < 84, inside(160, 118, 62, 82) { return [25, 30, 40] }
        if inside(160, 128, 54, 72) {
            // Light from the left.
            let shade = (x - 106) / 4
            return [UInt8(150 - shade), UInt8(180 - shade), UInt8(225 - shade)]
        }
        return [UInt8(90 + y / 8), 110, 100]
    }
}
