import CameraCapture
import Foundation
import KioskModel
import KioskPlatform

/// Measures on photographs of known persons how often the models and gates would err at each threshold.
///
/// With one picture a template and one a probe every two pictures are a pair. With more, each person's first
/// `templates` pictures are enrolled and each further `fused` make one probe, as in a scan: fusing shifts the scores,
/// so a threshold is measured the way it will be used.
public struct FaceCalibration {
    private let engine: FaceEngine
    private let policy: ScanPolicy
    private let templates: Int
    private let fused: Int

    /// Throws `faceModelsMissing` or `faceModelTampered`.
    public init(models: ModelStore, policy: ScanPolicy, templates: Int = 1, fused: Int = 1) throws(Fault) {
        engine = try FaceEngine(models)
        self.policy = policy
        self.templates = max(1, templates)
        self.fused = max(1, fused)
    }

    /// Throws `CalibrationError` where the folder holds nothing to compare, `Fault` where a model fails.
    public func run(folder: String) throws -> CalibrationReport {
        let folder = try CalibrationFolder(path: folder)
        var skipped: [String: Int] = [:]
        var persons: [[[Float]]] = []
        for person in folder.persons {
            var embeddings: [[Float]] = []
            for picture in person.pictures {
                switch try embedding(of: picture) {
                case .success(let embedding): embeddings.append(embedding)
                case .failure(let reason): skipped[reason.description, default: 0] += 1
                }
            }
            if !embeddings.isEmpty { persons.append(embeddings) }
        }
        let scores = templates == 1 && fused == 1 ? everyPair(persons) : enrolledAndProbed(persons)
        let findings = scores.findings()
        return CalibrationReport(
            model: engine.embedderHash, persons: persons.count,
            pictures: folder.persons.reduce(0) { $0 + $1.pictures.count }, skipped: skipped, templates: templates,
            fused: fused, genuinePairs: scores.genuine.total, impostorPairs: scores.impostor.total,
            accuracy: findings.accuracy, equalErrorRate: findings.equalErrorRate,
            thresholdAtTarget: findings.thresholdAtTarget, proposed: findings.proposed,
            highestFMR: findings.highestFMR, points: findings.points, notes: notes(scores))
    }

    private func embedding(of picture: String) throws(Fault) -> Result<[Float], CalibrationError> {
        guard let bytes = try? BoundedFile.read(picture, limit: 16 << 20),
            let frame = try? FrameDecoder.jpeg(bytes, upright: true)
        else { return .failure(CalibrationError("the file is damaged")) }
        switch try FrameExaminer(engine: engine, policy: policy).sight(of: frame) {
        case .nobody: return .failure(CalibrationError("no face"))
        case .several: return .failure(CalibrationError("several faces"))
        case .poor(let obstacle, _): return .failure(CalibrationError(obstacle.rawValue))
        case .clear(let seen): return .success(try engine.embed(seen.crop))
        }
    }

    private func everyPair(_ persons: [[[Float]]]) -> CalibrationScores {
        var scores = CalibrationScores()
        let all = persons.enumerated().flatMap { person, embeddings in embeddings.map { (person, $0) } }
        for (index, one) in all.enumerated() {
            for other in all[..<index] {
                guard let score = Embedding.similarity(one.1, other.1) else { continue }
                if one.0 == other.0 { scores.genuine.add(score) } else { scores.impostor.add(score) }
            }
        }
        return scores
    }

    private func enrolledAndProbed(_ persons: [[[Float]]]) -> CalibrationScores {
        var scores = CalibrationScores()
        let enrolled = persons.map { $0.count >= templates ? Embedding.mean(Array($0.prefix(templates))) : nil }
        for (person, embeddings) in persons.enumerated() {
            let rest = Array(embeddings.dropFirst(templates))
            for start in stride(from: 0, through: rest.count - fused, by: fused) {
                guard let probe = Embedding.mean(Array(rest[start..<start + fused])) else { continue }
                for (other, template) in enrolled.enumerated() {
                    guard let template, let score = Embedding.similarity(probe, template) else { continue }
                    if other == person { scores.genuine.add(score) } else { scores.impostor.add(score) }
                }
            }
        }
        return scores
    }

    private func notes(_ scores: CalibrationScores) -> [String] {
        var notes: [String] = []
        if scores.impostor.total < CalibrationReport.leastImpostors {
            notes.append(
                "too few impostor pairs (\(scores.impostor.total)) for an FMR of 2e-5: at least "
                    + "\(CalibrationReport.leastImpostors) are needed, 150000 to state it with 95 % confidence; "
                    + "the proposed threshold is not a measurement")
        }
        if scores.genuine.total < 300 {
            notes.append("too few genuine pairs (\(scores.genuine.total)) for an FNMR of 1 %: at least 300 are needed")
        }
        notes.append("pairs share pictures and are not independent; the bounds hold for these persons and this camera")
        return notes
    }
}
