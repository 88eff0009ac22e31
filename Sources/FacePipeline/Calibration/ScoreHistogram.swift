/// Similarities counted in steps of 0.0001: any number of pairs in the same small memory.
struct ScoreHistogram {
    /// Steps from −1 to 1; a score counts as at or above every threshold of its step and below.
    static let steps = 20_000

    private var counts = [Int](repeating: 0, count: steps + 1)
    private(set) var total = 0

    mutating func add(_ score: Double) {
        guard score.isFinite else { return }
        counts[Self.step(of: score)] += 1
        total += 1
    }

    /// For each step, how many scores reach its threshold.
    func reaching() -> [Int] {
        var result = counts
        for step in stride(from: Self.steps - 1, through: 0, by: -1) { result[step] += result[step + 1] }
        return result
    }

    static func threshold(of step: Int) -> Double { Double(step - steps / 2) / Double(steps / 2) }

    static func step(of score: Double) -> Int {
        // The half of a billionth keeps 0.49 at its own step in spite of binary fractions.
        Int(((min(max(score, -1), 1) + 1) * Double(steps / 2) + 5e-10).rounded(.down))
    }
}
