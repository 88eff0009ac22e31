/// What comparing every person of a folder with every other says about thresholds.
public struct CalibrationReport: Sendable, Encodable {
    /// Error rates at one threshold; nil where there is no such pair.
    public struct Point: Sendable, Encodable, Hashable {
        /// Cosine similarity at or above which two faces count as one person's.
        public let threshold: Double
        /// Impostor pairs that reach it, as a fraction of all.
        public let fmr: Double?
        /// Genuine pairs that do not, as a fraction of all.
        public let fnmr: Double?
    }

    /// SHA-256 hex of the embedder: thresholds hold for it alone.
    public let model: String
    public let persons: Int
    public let pictures: Int
    /// Pictures that were not compared, by the reason.
    public let skipped: [String: Int]
    /// Pictures that make one template, and one probe.
    public let templates: Int
    public let fused: Int
    public let genuinePairs: Int
    public let impostorPairs: Int
    public var pairs: Int { genuinePairs + impostorPairs }
    /// The best mean of true accepts and true rejects over all thresholds; nil without both kinds of pairs.
    public let accuracy: Double?
    /// Where FMR and FNMR cross; nil without both kinds of pairs.
    public let equalErrorRate: Double?
    /// The least threshold with FMR ≤ 1 in 50 000; nil where there are fewer impostor pairs than that.
    public let thresholdAtTarget: Double?
    /// What to configure: `thresholdAtTarget`, else the usual one or one above every impostor that was seen.
    public let proposed: Point
    /// The FMR at the proposed threshold is below this with 95 % confidence (Clopper and Pearson; independent pairs).
    public let highestFMR: Double?
    public let points: [Point]
    /// What a reader must know before the numbers are used.
    public let notes: [String]

    /// Impostor pairs that a rate of 1 in 50 000 can be seen with at all.
    static let leastImpostors = 50_000
    static let targetFMR = 2e-5

    enum CodingKeys: String, CodingKey {
        case model, persons, pictures, skipped, templates, fused, pairs, accuracy, eer, points, notes
        case genuinePairs = "genuine_pairs"
        case impostorPairs = "impostor_pairs"
        case thresholdAtTarget = "threshold_at_fmr_2e-5"
        case proposed = "proposed_threshold"
        case highestFMR = "fmr_upper_bound_95"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(persons, forKey: .persons)
        try container.encode(pictures, forKey: .pictures)
        try container.encode(skipped, forKey: .skipped)
        try container.encode(templates, forKey: .templates)
        try container.encode(fused, forKey: .fused)
        try container.encode(pairs, forKey: .pairs)
        try container.encode(genuinePairs, forKey: .genuinePairs)
        try container.encode(impostorPairs, forKey: .impostorPairs)
        // What could not be measured is null, not left out.
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(equalErrorRate, forKey: .eer)
        try container.encode(thresholdAtTarget, forKey: .thresholdAtTarget)
        try container.encode(proposed.threshold, forKey: .proposed)
        try container.encode(highestFMR, forKey: .highestFMR)
        try container.encode(points, forKey: .points)
        try container.encode(notes, forKey: .notes)
    }
}
