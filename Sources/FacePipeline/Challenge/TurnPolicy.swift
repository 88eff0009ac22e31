/// What a head turn must show.
public struct TurnPolicy: Sendable, Hashable {
    /// How many turns, each to a side chosen at random.
    public var turns: Int
    /// How far the nose must move against the eyes, in distances between the eyes. A flat picture tilted by 45° reaches
    /// 0.25 in one of a hundred cases.
    public var leastTurn: Double
    /// How near to its place at rest the nose must come between two turns.
    public var mostAtRest: Double
    /// Pictures in a row whose median counts.
    public var window: Int
    /// Seconds for each turn, and for each way back.
    public var seconds: Double
    /// Seconds without the face, and the overlap (intersection over union) of two boxes in a row, that end its track.
    public var longestGap: Double
    public var leastOverlap: Double
    /// Detector score of a turned face.
    public var leastScore: Double
    /// Cosine of the turned face and the compared ones. Turned faces are less alike than frontal ones: this is the
    /// threshold of FMR 1e-2, on top of the comparison that has passed.
    public var samePerson: Double

    public static let standard = TurnPolicy(
        turns: 2, leastTurn: 0.30, mostAtRest: 0.15, window: 3, seconds: 4, longestGap: 0.7, leastOverlap: 0.3,
        leastScore: 0.6, samePerson: 0.25)
}
