import CameraCapture
import KioskModel

/// What one scan keeps while it goes on.
struct ScanRun {
    let examiner: FrameExaminer
    let deadline: ContinuousClock.Instant
    var tally = ScanTally()
    private var seen: Set<String> = []
    private var lastNew = ContinuousClock.now
    private var repetitions = 0
    /// Nil where the policy asks for no head turn.
    var track: FaceTrack?
    var voice: GuidanceVoice

    init(
        engine: FaceEngine, policy: ScanPolicy, deadline: ContinuousClock.Instant,
        guidance: @escaping @Sendable (Prompt) -> Void
    ) {
        examiner = FrameExaminer(engine: engine, policy: policy)
        self.deadline = deadline
        track = policy.challenge.map { FaceTrack($0) }
        voice = GuidanceVoice(tell: guidance)
    }

    /// Without a new picture for so long, and among so many, a camera has shown what it has: a live one's noise makes
    /// each picture new.
    private static let longestRepetition = Duration.seconds(5)
    private static let mostRepetitions = 20

    /// Whether a picture was not there before.
    mutating func isNew(_ hash: String, taken: ContinuousClock.Instant) -> Bool {
        guard seen.insert(hash).inserted else {
            repetitions += 1
            return false
        }
        (lastNew, repetitions) = (taken, 0)
        return true
    }

    /// Whether the pictures only come again, as those of a frozen camera or of a film that turns in a circle.
    func isRepeating(at taken: ContinuousClock.Instant) -> Bool {
        repetitions >= Self.mostRepetitions && taken - lastNew >= Self.longestRepetition
    }

    /// Notes a look; whoever steps before the camera in another's place begins the scan anew.
    mutating func note(_ look: Look, hash: String, taken: ContinuousClock.Instant) {
        if case .good(let frame) = look, let follows = track?.follows(frame.face, taken: taken), !follows {
            tally = ScanTally()
        }
        tally.note(look, hash: hash)
        if let prompt = look.prompt { voice.say(prompt, at: taken) }
    }
}

/// Tells a person what to do: changes only, and no faster than can be read.
struct GuidanceVoice {
    private let tell: @Sendable (Prompt) -> Void
    private var last: Prompt? = .lookAtCamera
    private var quietUntil: ContinuousClock.Instant?
    private static let pause = Duration.milliseconds(500)

    init(tell: @escaping @Sendable (Prompt) -> Void) { self.tell = tell }

    /// With `isUrgent` the pause is not waited for.
    mutating func say(_ prompt: Prompt, at now: ContinuousClock.Instant, isUrgent: Bool = false) {
        guard prompt != last else { return }
        if let quietUntil, now < quietUntil, !isUrgent { return }
        last = prompt
        quietUntil = now + Self.pause
        tell(prompt)
    }
}

extension Look {
    /// What the person should do about it; a good picture says that nothing is to be changed.
    var prompt: Prompt? {
        switch self {
        case .nobody: .lookAtCamera
        case .several: .onePersonOnly
        case .poor(let obstacle): obstacle.prompt
        case .good: .holdStill
        }
    }
}

extension QualityObstacle {
    var prompt: Prompt {
        switch self {
        case .cutOff: .standInTheMiddle
        case .tooFar: .comeCloser
        case .tooDark: .moreLight
        case .tooBright: .lessLight
        case .tilted: .holdHeadStraight
        case .blurred: .holdStill
        case .covered: .uncoverFace
        }
    }
}
