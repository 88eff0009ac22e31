/// What the head turns of one scan left: numbers and hashes, no image.
public struct FaceChallenge: Codable, Sendable, Hashable {
    /// The person's own left and right.
    public enum Side: String, Codable, Sendable, Hashable, CaseIterable { case left, right }

    /// How it ended.
    public enum Outcome: String, Codable, Sendable, Hashable {
        case passed
        /// The nose did not move against the eyes far enough in time: a flat picture, or nobody who follows.
        case notTurned = "not-turned"
        /// The head went to the other side.
        case wrongSide = "wrong-side"
        /// The face was gone for too long, jumped, or was not alone.
        case trackBroken = "track-broken"
        /// The turned face is not the one that was compared.
        case anotherFace = "another-face"
    }

    /// Asked for, in this order; chosen at random.
    public let sides: [Side]
    public let outcome: Outcome
    /// How far the nose stood from its place at rest, in distances between the eyes, to the left positive; one value a
    /// picture, at most `longestTrace`.
    public let trace: [Double]
    /// SHA-256 hex of the pictures' pixels on which the turned face was compared again.
    public let frames: [String]

    public static let longestTrace = 256

    public init(sides: [Side], outcome: Outcome, trace: [Double], frames: [String]) {
        self.sides = sides
        self.outcome = outcome
        self.trace = trace
        self.frames = frames
    }
}
