/// Whether it is the platform that answers, judged by what it takes: whoever refuses one message after the other and takes
/// none between may be a captive portal, a proxy or a wrong address, and its word on a record counts for nothing.
struct AnswererTrust {
    private let most: Int
    /// Messages that were refused, or answered by what does not fit, since the last that was taken.
    private(set) var run: Set<String> = []
    private(set) var isDoubted = false
    /// Messages that were refused while the answerer was doubted. The next refusal, of one that takes others, is believed.
    private var excused: Set<String> = []

    /// Messages that are remembered at the most.
    private static let mostRemembered = 100

    /// `most`: different messages refused in a row beyond which the answerer is doubted.
    init(most: Int) { self.most = max(2, most) }

    mutating func took(_ id: String) {
        run = []
        isDoubted = false
        excused.remove(id)
    }

    /// Takes a refusal, and says whether it may be believed.
    mutating func believes(refusalOf id: String) -> Bool {
        if isDoubted || !excused.contains(id), run.count < Self.mostRemembered { run.insert(id) }
        if run.count >= most { isDoubted = true }
        guard isDoubted else { return true }
        for id in run where excused.count < Self.mostRemembered { excused.insert(id) }
        return false
    }
}
