import CameraCapture
import KioskModel

extension FaceScanner {
    /// Looks at pictures until there are enough, none is left, or time is up. The fault says why there are not enough.
    func scan(
        _ camera: any FrameSession, _ run: inout ScanRun, enough: (ScanTally) -> Bool
    ) async -> Result<Fault?, Fault> {
        do throws(Fault) {
            while !isShutDown, !Task.isCancelled {
                let frame: Frame
                do throws(Fault) {
                    frame = try await camera.next(before: run.deadline)
                } catch {
                    return .success(run.tally.shortfall(endedBy: error))
                }
                let hash = FrameExaminer.hash(frame)
                // A picture counts once, however often it comes: a frozen camera proves nothing.
                if run.isNew(hash, taken: frame.taken) {
                    run.note(try run.examiner.look(at: frame, hash: hash), hash: hash, taken: frame.taken)
                    if enough(run.tally) { return .success(nil) }
                }
                if await camera.isExhausted || run.isRepeating(at: frame.taken) {
                    return .success(run.tally.shortfall(endedBy: nil))
                }
            }
            throw Fault(.faceServiceDown, "the scan was cancelled", device: "camera")
        } catch {
            return .failure(error)
        }
    }

    /// Asks the person who was just compared to turn the head, and follows it from picture to picture.
    func challenge(
        _ camera: any FrameSession, _ run: inout ScanRun, _ policy: TurnPolicy, same face: [Float]
    ) async -> Result<FaceChallenge, Fault> {
        let rest = run.tally.noseAtRest ?? 0.5
        let start = run.tally.good.last?.taken ?? .now
        var turns = TurnChallenge(
            rest: rest, from: start, policy: policy, sides: TurnChallenge.randomSides(policy.turns))
        var frames: [String] = []
        func ended(_ outcome: FaceChallenge.Outcome) -> Result<FaceChallenge, Fault> {
            .success(FaceChallenge(sides: turns.sides, outcome: outcome, trace: turns.trace, frames: frames))
        }
        do throws(Fault) {
            while !isShutDown, !Task.isCancelled {
                run.voice.say(turns.prompt, at: .now, isUrgent: true)
                let frame: Frame
                do throws(Fault) {
                    frame = try await camera.next(before: run.deadline)
                } catch {
                    return error.code == .faceTimeout ? ended(.notTurned) : .failure(error)
                }
                let hash = FrameExaminer.hash(frame)
                if run.isNew(hash, taken: frame.taken) {
                    switch try look(at: frame, &run, &turns, policy) {
                    case .nothing: break
                    case .failed(let outcome): return ended(outcome)
                    case .turned(let embedding):
                        frames.append(hash)
                        guard let score = Embedding.similarity(embedding, face), score >= policy.samePerson else {
                            return ended(.anotherFace)
                        }
                        if turns.isPassed { return ended(.passed) }
                    }
                }
                if turns.isOverdue(at: frame.taken) { return ended(.notTurned) }
                if await camera.isExhausted { return ended(.notTurned) }
            }
            throw Fault(.faceServiceDown, "the scan was cancelled", device: "camera")
        } catch {
            return .failure(error)
        }
    }

    private enum TurnLook {
        case nothing
        case failed(FaceChallenge.Outcome)
        case turned([Float])
    }

    private func look(
        at frame: Frame, _ run: inout ScanRun, _ turns: inout TurnChallenge, _ policy: TurnPolicy
    ) throws(Fault) -> TurnLook {
        let found: SeenFace?
        switch try run.examiner.sight(of: frame) {
        // Of several faces none is followed: whoever passes by costs what a moment without a face costs, and no more.
        case .several, .nobody: found = nil
        // The gates are for straight faces; a turned one must be found, no more.
        case .poor(_, let seen), .clear(let seen):
            found = seen.face.score >= policy.leastScore ? seen : nil
        }
        guard let found else { return run.track?.isLost(at: frame.taken) == true ? .failed(.trackBroken) : .nothing }
        guard run.track?.follows(found.face, taken: frame.taken) != false else { return .failed(.trackBroken) }
        guard let nose = NosePosition(found.face.points) else { return .nothing }
        switch turns.note(across: nose.across, taken: frame.taken) {
        case .goesOn: return .nothing
        case .failed(let outcome): return .failed(outcome)
        case .turned: return .turned(try run.examiner.engine.embed(found.crop))
        }
    }
}
