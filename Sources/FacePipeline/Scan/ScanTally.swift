import KioskModel

/// What a scan has seen so far; says how it ends where it saw too little.
struct ScanTally {
    private(set) var good: [GoodFrame] = []
    /// The last picture with more than one person.
    private(set) var severalHash: String?
    private var several = 0
    private var nobody = 0
    private var obstacles: [QualityObstacle: Int] = [:]

    mutating func note(_ look: Look, hash: String) {
        switch look {
        case .nobody: nobody += 1
        case .several:
            several += 1
            severalHash = hash
        case .poor(let obstacle): obstacles[obstacle, default: 0] += 1
        case .good(let frame): good.append(frame)
        }
    }

    func suffices(for policy: ScanPolicy) -> Bool {
        guard good.count >= max(1, policy.frames), let first = good.first, let last = good.last else { return false }
        return last.taken - first.taken >= .seconds(policy.seconds)
    }

    /// Where the nose stands on the good pictures, their median.
    var noseAtRest: Double? {
        let places = good.compactMap { NosePosition($0.face.points)?.across }.sorted()
        return places.isEmpty ? nil : places[places.count / 2]
    }

    /// The live pictures that lie at least so many seconds apart: neighbours would make the same template twice.
    func spaced(by seconds: Double, leastLiveness: Double) -> [GoodFrame] {
        var kept: [GoodFrame] = []
        for frame in good where frame.liveness >= leastLiveness {
            if let last = kept.last, frame.taken - last.taken < .seconds(seconds) { continue }
            kept.append(frame)
        }
        return kept
    }

    /// Why it did not come to a decision; `source` is what ended the pictures, where something did.
    func shortfall(endedBy source: Fault?) -> Fault {
        if let source, source.code != .faceTimeout { return source }
        let poor = obstacles.values.reduce(0, +)
        if several > 0, several >= poor, several >= nobody {
            return Fault(.faceSeveral, "in \(several) of \(seen) pictures", device: "camera")
        }
        let worst = obstacles.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }
        if let worst, poor >= nobody { return Fault(.faceTimeout, worst.key.rawValue, device: "camera") }
        if nobody > 0, good.isEmpty { return Fault(.faceNotSeen, "in \(nobody) pictures", device: "camera") }
        if !good.isEmpty {
            return Fault(.faceTimeout, "only \(good.count) good pictures", device: "camera")
        }
        return source ?? Fault(.faceNotSeen, "no picture", device: "camera")
    }

    private var seen: Int { several + nobody + good.count + obstacles.values.reduce(0, +) }
}
