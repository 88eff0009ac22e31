/// By what a kiosk compares faces: from the signed list of models in production, from its configuration in a laboratory.
public struct FacePolicy: Sendable, Hashable {
    /// Cosine similarity at or above which a face is the doctor's.
    public let threshold: Double
    /// SHA-256 (hex) of the models that may have given a verdict; nil takes any.
    public let models: Set<String>?

    public init(threshold: Double, models: Set<String>? = nil) {
        self.threshold = threshold
        self.models = models
    }

    /// Throws `faceModelTampered` where the verdict is of other models than the signed ones.
    public func check(_ evidence: FaceEvidence) throws(Fault) {
        guard let models else { return }
        guard Set(evidence.models.values) == models else {
            throw Fault(.faceModelTampered, "the verdict is of other models than the signed ones", device: "camera")
        }
    }
}
