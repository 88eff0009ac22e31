/// How much a scan must see before it decides.
public struct ScanPolicy: Sendable, Hashable {
    /// Good pictures, each different, that a decision needs.
    public var frames: Int
    /// Seconds between the first and the last of them.
    public var seconds: Double
    /// How many of the best are fused.
    public var fused: Int
    public var gates: QualityGates
    /// Liveness, 0–1, below which a face counts as a picture of one; the least of the fused pictures counts.
    public var leastLiveness: Double
    /// Pixels of the longer side that the detector works on.
    public var detectionSide: Int
    /// A further face counts from this score on …
    public var otherScore: Double
    /// … and from this fraction of the nearest face's width on.
    public var otherWidth: Double
    /// Two pictures of one scan must be at least this alike (cosine), or they show different persons.
    public var samePerson: Double
    /// Seconds between two pictures that become templates.
    public var captureInterval: Double
    /// Head turns that a verified face must make before it counts; nil asks for none.
    public var challenge: TurnPolicy?

    /// At least five pictures over at least a second, then two head turns.
    public static let production = ScanPolicy(
        frames: 5, seconds: 1, fused: 3, gates: .standard, leastLiveness: 0.5, detectionSide: 320, otherScore: 0.6,
        otherWidth: 0.33, samePerson: 0.341, captureInterval: 0.3, challenge: .standard)

    /// One picture decides, without head turns: for folders of photographs. Everything else is as in production.
    public static let lab: ScanPolicy = {
        var policy = production
        policy.frames = 1
        policy.seconds = 0
        policy.captureInterval = 0
        policy.challenge = nil
        return policy
    }()
}
