import CameraCapture
import Crypto
import KioskModel

/// A picture that may decide: one person, good enough.
struct GoodFrame: Sendable {
    /// SHA-256 hex of the picture's pixels.
    let hash: String
    /// Detector score.
    let score: Double
    let embedding: [Float]
    /// 0–1.
    let liveness: Double
    let face: DetectedFace
    let taken: ContinuousClock.Instant
}

/// What one picture shows.
enum Look: Sendable {
    case nobody
    case several
    case poor(QualityObstacle)
    case good(GoodFrame)
}

/// The one face of a picture and what was measured of it on the way.
struct SeenFace {
    let face: DetectedFace
    /// 112 × 112 BGR, turned upright.
    let crop: [UInt8]
    let quality: (sharpness: Double, brightness: Double)
    /// Degrees; 0 where the gates do not ask for it.
    let roll: Double
}

/// Who one picture shows, before faces are compared.
enum Sight {
    case nobody
    case several
    case poor(QualityObstacle, SeenFace)
    case clear(SeenFace)
}

/// Looks at single pictures by a policy.
struct FrameExaminer {
    let engine: FaceEngine
    let policy: ScanPolicy

    static func hash(_ frame: Frame) -> String { SHA256.hash(data: frame.bgr).hexadecimal }

    func look(at frame: Frame, hash: String) throws(Fault) -> Look {
        switch try sight(of: frame) {
        case .nobody: return .nobody
        case .several: return .several
        case .poor(let obstacle, _): return .poor(obstacle)
        case .clear(let seen):
            return .good(
                GoodFrame(
                    hash: hash, score: seen.face.score, embedding: try engine.embed(seen.crop),
                    liveness: try engine.liveness(frame, seen.face), face: seen.face, taken: frame.taken))
        }
    }

    /// Who is to be seen, and how well, before anything is compared.
    func sight(of frame: Frame) throws(Fault) -> Sight {
        let faces = try engine.detect(
            frame, side: policy.detectionSide, leastScore: min(0.5, policy.otherScore))
        // The nearest of those that are surely faces; where none is, the surest.
        let sure = faces.filter { $0.score >= max(policy.otherScore, 0.8) }
        guard let main = sure.max(by: { $0.area < $1.area }) ?? faces.first else { return .nobody }
        let counted = faces.filter { $0.score >= policy.otherScore && $0.width >= main.width * policy.otherWidth }
        guard counted.count <= 1 else { return .several }
        let crop = try engine.align(frame, main)
        let quality = try engine.quality(of: crop)
        let roll = policy.gates.mostRoll < 180 ? try engine.roll(frame, main) : 0
        let seen = SeenFace(face: main, crop: crop, quality: quality, roll: roll)
        let skin = policy.gates.leastSkin > 0 ? LowerFace.skin(in: crop) : nil
        if let obstacle = policy.gates.obstacle(main, in: frame, quality: quality, roll: roll, skin: skin) {
            return .poor(obstacle, seen)
        }
        return .clear(seen)
    }
}
