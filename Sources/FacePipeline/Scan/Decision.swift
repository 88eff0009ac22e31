import KioskModel

/// The verdict on a scan's good pictures.
struct Decision {
    let verdict: FaceEvidence.Verdict
    let reason: FaultCode?
    /// Cosine of the fused pictures and the mean template.
    let score: Double?
    /// The least of the chosen pictures.
    let liveness: Double?
    /// Hashes of the chosen pictures.
    let frames: [String]
    /// Who was compared.
    let fused: [Float]?

    /// Chooses the best pictures, fuses them and compares; liveness is judged first.
    init(_ good: [GoodFrame], against templates: TemplateSet, threshold: Double, policy: ScanPolicy) {
        let chosen = good.sorted { ($0.score, $0.hash) > ($1.score, $1.hash) }.prefix(max(1, policy.fused))
        let liveness = chosen.map(\.liveness).min()
        let embeddings = chosen.map(\.embedding)
        let fused = Embedding.mean(embeddings)
        let score = fused.flatMap { Embedding.similarity($0, templates.mean) }
        self.fused = fused
        self.liveness = liveness
        self.score = score
        frames = chosen.map(\.hash)
        if let liveness, liveness >= policy.leastLiveness, let score {
            let matches = score >= threshold && Self.areOnePerson(embeddings, least: policy.samePerson)
            verdict = matches ? .verified : .refused
            reason = matches ? nil : .faceMismatch
        } else {
            verdict = .refused
            reason = .faceLiveness
        }
    }

    /// More than one person in the picture.
    init(severalIn frame: String?) {
        verdict = .refused
        reason = .faceSeveral
        score = nil
        liveness = nil
        fused = nil
        frames = frame.map { [$0] } ?? []
    }

    /// Whether no two pictures are of different persons: half a scan by each must not add up.
    static func areOnePerson(_ embeddings: [[Float]], least: Double) -> Bool {
        embeddings.indices.allSatisfy { index in
            embeddings[..<index].allSatisfy { (Embedding.similarity($0, embeddings[index]) ?? -1) >= least }
        }
    }
}
