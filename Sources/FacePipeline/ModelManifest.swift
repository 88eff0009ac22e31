/// One model file that the pipeline needs, pinned by its SHA-256.
public struct ModelFile: Sendable, Hashable {
    /// What the pipeline uses it for.
    public enum Purpose: String, Sendable, Hashable, CaseIterable {
        case detector
        case embedder
        /// Passive liveness on 2.7 times the face's box.
        case livenessNear
        /// Passive liveness on 4 times the face's box.
        case livenessFar
    }

    public let name: String
    public let purpose: Purpose
    /// Lower-case hex.
    public let sha256: String

    public init(name: String, purpose: Purpose, sha256: String) {
        self.name = name
        self.purpose = purpose
        self.sha256 = sha256
    }
}

/// The models that belong together. `script/models.txt` says where the same bytes are fetched from.
public struct ModelManifest: Sendable, Hashable {
    public let files: [ModelFile]
    /// A question with a lower threshold is refused; nil where no list was signed, as in a laboratory.
    public let leastThreshold: Double?

    public init(files: [ModelFile], leastThreshold: Double? = nil) {
        self.files = files
        self.leastThreshold = leastThreshold
    }

    /// YuNet 2023mar, MobileFaceNet (128 values) and the MiniFASNet pair.
    public static let standard = ModelManifest(files: [
        ModelFile(
            name: "face_detection_yunet_2023mar.onnx", purpose: .detector,
            sha256: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"),
        ModelFile(
            name: "mobilefacenet.onnx", purpose: .embedder,
            sha256: "501048e4bff096417fd563de3ed9a176c6ff342fb4fb91bab5b10b55e65b51c9"),
        ModelFile(
            name: "minifasnet_v2_2.7_80x80.onnx", purpose: .livenessNear,
            sha256: "4433e871ef03f6c4c13de1757e63dcd69db14b6d7d9cff2319cb274c0f6dbecb"),
        ModelFile(
            name: "minifasnet_v1se_4.0_80x80.onnx", purpose: .livenessFar,
            sha256: "a8e67ffbaf39fa74c3b2ed673b530fcfb2f47379d0f26a52b71c2fc6473ec20f"),
    ])
}
