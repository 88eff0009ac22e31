import Foundation

/// Genuine and impostor similarities, and the thresholds that follow from them.
struct CalibrationScores {
    var genuine = ScoreHistogram()
    var impostor = ScoreHistogram()

    struct Findings {
        let accuracy: Double?
        let equalErrorRate: Double?
        let thresholdAtTarget: Double?
        let proposed: CalibrationReport.Point
        let highestFMR: Double?
        let points: [CalibrationReport.Point]
    }

    /// The threshold that fused pictures begin with before anything was measured on the site.
    static let usual = 0.49

    /// `usual` stands where too few pairs allow nothing better.
    func findings(usual: Double = usual) -> Findings {
        let reached = (genuine: genuine.reaching(), impostor: impostor.reaching())
        func point(_ step: Int) -> CalibrationReport.Point {
            CalibrationReport.Point(
                threshold: ScoreHistogram.threshold(of: step),
                fmr: impostor.total > 0 ? Double(reached.impostor[step]) / Double(impostor.total) : nil,
                fnmr: genuine.total > 0 ? 1 - Double(reached.genuine[step]) / Double(genuine.total) : nil)
        }
        var accuracy: Double?
        var equalError: (gap: Double, rate: Double)?
        var atTarget: Int?
        var aboveAll = 0
        for step in 0...ScoreHistogram.steps {
            let here = point(step)
            if let fmr = here.fmr {
                if atTarget == nil, fmr <= CalibrationReport.targetFMR { atTarget = step }
                if fmr > 0 { aboveAll = min(step + 1, ScoreHistogram.steps) }
                if let fnmr = here.fnmr {
                    accuracy = max(accuracy ?? 0, 1 - (fmr + fnmr) / 2)
                    let gap = abs(fmr - fnmr)
                    if gap < equalError?.gap ?? .infinity { equalError = (gap, (fmr + fnmr) / 2) }
                }
            }
        }
        let isEnough = impostor.total >= CalibrationReport.leastImpostors
        let measured = isEnough ? atTarget : nil
        let proposed = measured ?? max(ScoreHistogram.step(of: usual), aboveAll)
        let rows = Set((4...14).map { ScoreHistogram.step(of: Double($0) / 20) } + [proposed])
        return Findings(
            accuracy: accuracy, equalErrorRate: equalError?.rate,
            thresholdAtTarget: measured.map(ScoreHistogram.threshold), proposed: point(proposed),
            highestFMR: Self.upperBound(errors: reached.impostor[proposed], of: impostor.total),
            points: rows.sorted().map(point))
    }

    /// The rate that would give so few errors or fewer only once in 20 times.
    static func upperBound(errors: Int, of total: Int) -> Double? {
        guard total > 0 else { return nil }
        guard errors < total else { return 1 }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let rate = (low + high) / 2
            if chance(ofAtMost: errors, in: total, at: rate) > 0.05 { low = rate } else { high = rate }
        }
        return high
    }

    /// Binomial; summed in logarithms so that millions of pairs do not underflow.
    private static func chance(ofAtMost errors: Int, in total: Int, at rate: Double) -> Double {
        guard rate > 0 else { return 1 }
        guard rate < 1 else { return 0 }
        var term = Double(total) * log1p(-rate)
        var sum = exp(term)
        for k in 0..<errors {
            term += log(Double(total - k) / Double(k + 1)) + log(rate) - log1p(-rate)
            sum += exp(term)
        }
        return sum
    }
}
