import CameraCapture
import KioskModel

extension FaceScanner {
    /// Looks for a moment, for the quality alone; compares nobody and keeps nothing.
    public func look(timeLimit: Double) async throws(Fault) -> FaceQuality {
        let examiner = FrameExaminer(engine: try engine(), policy: policy)
        let deadline = ContinuousClock.now + .seconds(timeLimit)
        let camera = try await openCamera()
        var seen = QualitySurvey()
        let outcome: Result<Void, Fault>
        do throws(Fault) {
            try await survey(camera, examiner, until: deadline, &seen)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        let (identity, simulated) = (await camera.identity, await camera.isSimulated)
        await camera.close()
        if case .failure(let fault) = outcome, seen.pictures == 0 || fault.code != .faceTimeout { throw fault }
        return FaceQuality(
            camera: identity, simulated: simulated, pictures: seen.pictures, good: seen.good,
            prompt: seen.prompt.map(PromptView.init), measures: seen.measures)
    }

    /// Returns when a second's worth of pictures was seen, at the deadline, or when there are no more.
    private func survey(
        _ camera: any FrameSession, _ examiner: FrameExaminer, until deadline: ContinuousClock.Instant,
        _ seen: inout QualitySurvey
    ) async throws(Fault) {
        while !isShutDown, !Task.isCancelled, seen.pictures < QualitySurvey.enough {
            let frame = try await camera.next(before: deadline)
            let sight = try examiner.sight(of: frame)
            seen.note(sight)
            switch sight {
            case .nobody, .several: break
            case .poor(_, let face), .clear(let face): try seen.measure(face, frame, examiner)
            }
            if await camera.isExhausted { return }
        }
    }
}

/// What a look for the quality has seen so far.
struct QualitySurvey {
    static let enough = 15
    private(set) var pictures = 0
    private(set) var good = 0
    private(set) var measures: [FaceQuality.Measure] = []
    private var prompts: [Prompt: Int] = [:]

    /// What was to be said most often; nil where every picture was good.
    var prompt: Prompt? {
        prompts.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
    }

    mutating func note(_ sight: Sight) {
        pictures += 1
        switch sight {
        case .nobody: prompts[.lookAtCamera, default: 0] += 1
        case .several: prompts[.onePersonOnly, default: 0] += 1
        case .poor(let obstacle, _): prompts[obstacle.prompt, default: 0] += 1
        case .clear: good += 1
        }
    }

    mutating func measure(_ seen: SeenFace, _ frame: Frame, _ examiner: FrameExaminer) throws(Fault) {
        let (gates, face, quality) = (examiner.policy.gates, seen.face, seen.quality)
        measures = [
            .init(.detector, face.score, least: gates.leastScore),
            .init(.eyeDistance, face.eyeDistance, least: gates.leastEyeDistance),
            .init(.tilt, seen.roll, least: -gates.mostRoll, most: gates.mostRoll),
            .init(.sharpness, quality.sharpness, least: gates.leastSharpness),
            .init(
                .brightness, quality.brightness, least: gates.brightness.lowerBound, most: gates.brightness.upperBound),
            .init(
                .liveness, try examiner.engine.liveness(frame, face), least: examiner.policy.leastLiveness),
        ]
    }
}
