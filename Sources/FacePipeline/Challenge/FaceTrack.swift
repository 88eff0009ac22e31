/// One face followed from picture to picture: whoever is exchanged for another, or for a photograph, breaks it.
struct FaceTrack {
    private let longestGap: Duration
    private let leastOverlap: Double
    private var last: (face: DetectedFace, taken: ContinuousClock.Instant)?

    init(_ policy: TurnPolicy) {
        longestGap = .seconds(policy.longestGap)
        leastOverlap = policy.leastOverlap
    }

    /// Whether the face is where it can be after the one before; the first always is.
    mutating func follows(_ face: DetectedFace, taken: ContinuousClock.Instant) -> Bool {
        defer { last = (face, taken) }
        guard let last else { return true }
        return taken - last.taken <= longestGap && face.overlap(with: last.face) >= leastOverlap
    }

    /// Whether the face has been away for too long.
    func isLost(at now: ContinuousClock.Instant) -> Bool {
        guard let last else { return false }
        return now - last.taken > longestGap
    }
}

extension DetectedFace {
    /// Intersection over union of the two boxes, 0–1.
    func overlap(with other: DetectedFace) -> Double {
        let (a, b) = (raw, other.raw)
        let width = Double(min(a.x + a.width, b.x + b.width) - max(a.x, b.x))
        let height = Double(min(a.y + a.height, b.y + b.height) - max(a.y, b.y))
        guard width > 0, height > 0 else { return 0 }
        return width * height / (area + other.area - width * height)
    }
}
