import CameraCapture
import Foundation

@testable import FacePipeline

extension Frame {
    /// Every value times a factor, cut at 255.
    func exposed(_ factor: Double) -> Frame? {
        let table = (0...255).map { UInt8(min(255, Double($0) * factor)) }
        return Frame(width: width, height: height, bgr: bgr.map { table[Int($0)] }, taken: taken)
    }

    /// The same picture, but for one pixel in the corner.
    func marked(_ value: UInt8) -> Frame? {
        var bytes = bgr
        bytes[0] = value
        return Frame(width: width, height: height, bgr: bytes, taken: taken)
    }

    /// Every `step`-th pixel.
    func shrunk(_ step: Int) -> Frame? {
        var bytes: [UInt8] = []
        for y in stride(from: 0, to: height - step + 1, by: step) {
            for x in stride(from: 0, to: width - step + 1, by: step) {
                let start = (y * width + x) * 3
                bytes += bgr[start..<start + 3]
            }
        }
        return Frame(width: width / step, height: height / step, bgr: bytes, taken: taken)
    }

    enum Mask: CaseIterable, Sendable {
        case blue, white, black, green

        var bgr: [Int] {
            switch self {
            case .blue: [205, 190, 160]
            case .white: [215, 215, 210]
            case .black: [40, 38, 38]
            case .green: [170, 200, 170]
            }
        }
    }

    /// A mask over the lower half of a face, in three folds, from the nose's bridge to below the chin.
    func masked(_ face: DetectedFace, _ mask: Mask) -> Frame? {
        let points = face.points, box = face.box.map(Double.init)
        let top = (points[0].y + points[1].y + 2 * points[2].y) / 4
        let (left, right, bottom) = (box[0], box[0] + box[2], box[1] + box[3] * 1.05)
        var bytes = bgr
        for y in max(0, Int(top))..<min(height, Int(bottom)) {
            let depth = (Double(y) - top) / (bottom - top)
            let fold = Int(depth * 42) % 14
            for x in max(0, Int(left))..<min(width, Int(right)) {
                for (channel, value) in mask.bgr.enumerated() {
                    bytes[(y * width + x) * 3 + channel] = UInt8(value - fold)
                }
            }
        }
        return Frame(width: width, height: height, bgr: bytes, taken: taken)
    }

    /// Left and right exchanged.
    func mirrored() -> Frame? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(bgr.count)
        for y in 0..<height {
            for x in (0..<width).reversed() { bytes += bgr[(y * width + x) * 3..<(y * width + x + 1) * 3] }
        }
        return Frame(width: width, height: height, bgr: bytes, taken: taken)
    }

    /// Turned in its plane around the middle, by the nearest pixel; what comes from outside is grey.
    func rolled(_ degrees: Double) -> Frame? {
        let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
        let (cx, cy) = (Double(width) / 2, Double(height) / 2)
        var bytes = [UInt8](repeating: 128, count: bgr.count)
        for y in 0..<height {
            for x in 0..<width {
                let (dx, dy) = (Double(x) - cx, Double(y) - cy)
                let column = Int((cx + dx * cosine + dy * sine).rounded())
                let row = Int((cy - dx * sine + dy * cosine).rounded())
                guard column >= 0, row >= 0, column < width, row < height else { continue }
                let (from, to) = ((row * width + column) * 3, (y * width + x) * 3)
                for channel in 0..<3 { bytes[to + channel] = bgr[from + channel] }
            }
        }
        return Frame(width: width, height: height, bgr: bytes, taken: taken)
    }

    /// Each pixel the mean of `2 × radius + 1` of its row and column.
    func blurred(_ radius: Int) -> Frame? {
        let across = smeared(bgr, radius: radius, count: width, step: 3, lines: height, lineStep: width * 3)
        let both = smeared(across, radius: radius, count: height, step: width * 3, lines: width, lineStep: 3)
        return Frame(width: width, height: height, bgr: both, taken: taken)
    }

    private func smeared(
        _ bytes: [UInt8], radius: Int, count: Int, step: Int, lines: Int, lineStep: Int
    ) -> [UInt8] {
        var result = bytes
        for line in 0..<lines {
            for channel in 0..<3 {
                let base = line * lineStep + channel
                var sum = 0
                var filled = 0
                for index in 0..<count + radius {
                    if index < count { (sum, filled) = (sum + Int(bytes[base + index * step]), filled + 1) }
                    let old = index - 2 * radius - 1
                    if old >= 0 { (sum, filled) = (sum - Int(bytes[base + old * step]), filled - 1) }
                    if index >= radius { result[base + (index - radius) * step] = UInt8(sum / filled) }
                }
            }
        }
        return result
    }
}
