import CVision
import Foundation

/// One face that the detector found; pixels of the frame.
public struct DetectedFace: Sendable {
    let raw: cvision_face

    /// Detector score, 0–1.
    public var score: Double { Double(raw.score) }
    var width: Double { Double(raw.width) }
    /// Left, top, width and height in pixels; may reach over the picture's edge.
    public var box: [Float] { [raw.x, raw.y, raw.width, raw.height] }
    var area: Double { Double(raw.width) * Double(raw.height) }

    /// Right eye, left eye, nose, right and left corner of the mouth.
    var points: [(x: Double, y: Double)] {
        let p = raw.points
        return [(p.0, p.1), (p.2, p.3), (p.4, p.5), (p.6, p.7), (p.8, p.9)].map { (Double($0), Double($1)) }
    }

    /// Between the eyes, pixels.
    var eyeDistance: Double {
        let p = raw.points
        return hypot(Double(p.2) - Double(p.0), Double(p.3) - Double(p.1))
    }
}
