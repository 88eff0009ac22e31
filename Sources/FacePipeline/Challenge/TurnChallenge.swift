import KioskModel

/// The head turns of one scan, picture by picture; it knows numbers, not pictures.
struct TurnChallenge {
    /// What a picture led to.
    enum Step: Equatable {
        case goesOn
        /// The head stands at the side that was asked for: the face must be compared now.
        case turned
        case failed(FaceChallenge.Outcome)
    }

    let sides: [FaceChallenge.Side]
    private let policy: TurnPolicy
    private let rest: Double
    private var next = 0
    private var isReturning = false
    private var due: ContinuousClock.Instant
    private var recent: [Double] = []
    private(set) var trace: [Double] = []

    /// `rest` is the nose's place when the head is straight.
    init(
        rest: Double, from start: ContinuousClock.Instant, policy: TurnPolicy, sides: [FaceChallenge.Side]
    ) {
        self.rest = rest
        self.policy = policy
        self.sides = sides
        due = start + .seconds(policy.seconds)
    }

    /// Sides that nobody can foresee.
    static func randomSides(_ count: Int) -> [FaceChallenge.Side] {
        var generator = SystemRandomNumberGenerator()
        return (0..<max(1, count)).map { _ in Bool.random(using: &generator) ? .left : .right }
    }

    var isPassed: Bool { next >= sides.count }

    /// Whether the time for the turn, or for the way back, is over.
    func isOverdue(at now: ContinuousClock.Instant) -> Bool { !isPassed && now > due }

    /// What the person is asked for now.
    var prompt: Prompt {
        guard next < sides.count, !isReturning else { return .lookAhead }
        return sides[next] == .left ? .turnHeadLeft : .turnHeadRight
    }

    /// Takes the nose's place on a further picture.
    mutating func note(across: Double, taken: ContinuousClock.Instant) -> Step {
        guard !isPassed else { return .goesOn }
        guard taken <= due else { return .failed(.notTurned) }
        let turn = across - rest
        if trace.count < FaceChallenge.longestTrace { trace.append((turn * 1000).rounded() / 1000) }
        recent = (recent + [turn]).suffix(max(1, policy.window))
        guard recent.count == max(1, policy.window) else { return .goesOn }
        let median = recent.sorted()[recent.count / 2]
        if isReturning {
            if abs(median) <= policy.mostAtRest { begin(at: taken) }
            return .goesOn
        }
        let asked = sides[next] == .left ? median : -median
        if asked <= -policy.leastTurn { return .failed(.wrongSide) }
        guard asked >= policy.leastTurn else { return .goesOn }
        next += 1
        isReturning = true
        restart(at: taken)
        return .turned
    }

    private mutating func begin(at now: ContinuousClock.Instant) {
        isReturning = false
        restart(at: now)
    }

    private mutating func restart(at now: ContinuousClock.Instant) {
        recent = []
        due = now + .seconds(policy.seconds)
    }
}
