import CameraCapture
import Foundation

@testable import FacePipeline

/// Synthetic pictures of a turning head: one photograph laid on a coarse head of an ellipsoid and a nose.
///
/// They show that the head turn is measured as meant. They are no recordings: nothing about error rates follows.
struct RenderedHead {
    private let photo: Frame
    private let eye: Double
    private let middle: (x: Double, y: Double)
    private let nose: (x: Double, y: Double)

    init(_ photo: Frame, face: DetectedFace) {
        self.photo = photo
        let points = face.points
        eye = face.eyeDistance
        nose = points[2]
        middle = (
            points.map(\.x).reduce(0, +) / 5,
            points.map(\.y).reduce(0, +) / 5
        )
    }

    /// The head turned by so many degrees to its own left (to the right of the picture), before the photograph itself.
    func turned(by degrees: Double) -> Frame? {
        let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
        var pixels = background()
        var depths = [Double](repeating: -.infinity, count: photo.width)
        let reach = Int(1.25 * eye)
        let firstX = max(0, Int(middle.x) - reach)
        let lastX = min(photo.width - 2, Int(middle.x) + reach)
        photo.bgr.withUnsafeBufferPointer { source in
            for y in max(0, Int(middle.y - 1.9 * eye))..<min(photo.height, Int(middle.y + 1.9 * eye)) {
                for x in 0..<photo.width { depths[x] = -.infinity }
                guard firstX < lastX else { continue }
                for x in firstX..<lastX {
                    guard let near = depth(x, y), let far = depth(x + 1, y) else { continue }
                    let (dx, centre) = (Double(x) - middle.x, middle.x)
                    let from = centre + dx * cosine + near * sine
                    let to = centre + (dx + 1) * cosine + far * sine
                    guard to > from else { continue }
                    let height = near * cosine - dx * sine
                    let first = max(0, Int(from.rounded(.up)))
                    let last = min(photo.width - 1, Int(to.rounded(.down)))
                    guard first <= last else { continue }
                    for column in first...last where height > depths[column] {
                        depths[column] = height
                        let share = (Double(column) - from) / (to - from)
                        let (a, b) = ((y * photo.width + x) * 3, (y * photo.width + column) * 3)
                        for channel in 0..<3 {
                            let value =
                                Double(source[a + channel]) * (1 - share) + Double(source[a + 3 + channel]) * share
                            pixels[b + channel] = UInt8(value)
                        }
                    }
                }
            }
        }
        return Frame(width: photo.width, height: photo.height, bgr: pixels)
    }

    /// The photograph itself as a flat sheet, turned by so many degrees before a camera six eye distances away.
    func flat(by degrees: Double) -> Frame? {
        let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
        let away = 10 * eye
        var pixels = [UInt8](repeating: 128, count: photo.bgr.count)
        photo.bgr.withUnsafeBufferPointer { source in
            for y in 0..<photo.height {
                for x in 0..<photo.width {
                    // The ray through this pixel meets the turned sheet at `across`.
                    let u = Double(x) - middle.x
                    let v = Double(y) - middle.y
                    let across = u * away / (away * cosine + u * sine)
                    let scale = (away - across * sine) / away
                    let column = Int((middle.x + across).rounded())
                    let row = Int((middle.y + v * scale).rounded())
                    guard column >= 0, row >= 0, column < photo.width, row < photo.height else { continue }
                    let (a, b) = ((row * photo.width + column) * 3, (y * photo.width + x) * 3)
                    for channel in 0..<3 { pixels[b + channel] = source[a + channel] }
                }
            }
        }
        return Frame(width: photo.width, height: photo.height, bgr: pixels)
    }

    /// How far the head stands out of the picture's plane at a pixel, nil beside the head.
    private func depth(_ x: Int, _ y: Int) -> Double? {
        let (dx, dy) = ((Double(x) - middle.x) / (1.25 * eye), (Double(y) - middle.y) / (1.9 * eye))
        let rest = 1 - dx * dx - dy * dy
        guard rest > 0.02 else { return nil }
        let (nx, ny) = ((Double(x) - nose.x) / (0.20 * eye), (Double(y) - nose.y) / (0.35 * eye))
        return 1.4 * eye * rest.squareRoot() + 0.42 * eye * exp(-(nx * nx + ny * ny) / 2)
    }

    /// The photograph with the head painted out, so that only one face is left.
    private func background() -> [UInt8] {
        var pixels = photo.bgr
        for y in 0..<photo.height {
            for x in 0..<photo.width where depth(x, y) != nil {
                let start = (y * photo.width + x) * 3
                for channel in 0..<3 { pixels[start + channel] = 110 }
            }
        }
        return pixels
    }
}
