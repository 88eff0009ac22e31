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
    let taken: ContinuousClock.Instant
}

/// What one picture shows.
enum Look: Sendable {
    case nobody
    case several
    case poor(QualityObstacle)
    case good(GoodFrame)
}

/// Looks at single pictures by a policy.
struct FrameExaminer {
    let engine: FaceEngine
    let policy: ScanPolicy

    static func hash(_ frame: Frame) -> String { SHA256.hash(data: frame.bgr).hexadecimal }

    func look(at frame: Frame, hash: String) throws(Fault) -> Look {
        let faces = try engine.detect(
            frame, side: policy.detectionSide, leastScore: min(0.5, policy.otherScore))
        // The nearest of those that are surely faces; where none is, the surest.
        let sure = faces.filter { $0.score >= max(policy.otherScore, 0.8) }
        guard let main = sure.max(by: { $0.area < $1.area }) ?? faces.first else { return .nobody }
        let counted = faces.filter { $0.score >= policy.otherScore && $0.width >= main.width * policy.otherWidth }
        guard counted.count <= 1 else { return .several }
        let crop = try engine.align(frame, main)
        if let obstacle = policy.gates.obstacle(main, in: frame, quality: try engine.quality(of: crop)) {
            return .poor(obstacle)
        }
        return .good(
            GoodFrame(
                hash: hash, score: main.score, embedding: try engine.embed(crop),
                liveness: try engine.liveness(frame, main), taken: frame.taken))
    }
}
