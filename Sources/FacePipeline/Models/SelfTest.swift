import KioskModel

/// What the pinned models say about pictures made by arithmetic: a library or a processor that computes something else
/// is found when they are loaded, not by a wrong verdict.
struct SelfTest {
    /// SHA-256 hex of the models that the answers are of; other models are only run, not compared.
    var models: Set<String>
    /// The first values of the embedding of `SelfTestPicture.crop`.
    var embedding: [Float]
    /// Detector score and box (x, y, width, height) of `SelfTestPicture.drawing`.
    var score: Double
    var box: [Float]
    /// The drawing's liveness, mean of the two networks.
    var liveness: Double

    static let standard = SelfTest(
        models: Set(ModelManifest.standard.files.map(\.sha256)),
        embedding: [
            0.0036, -0.0655, -0.0336, 0.0945, 0.0440, 0.1122, -0.0307, -0.0024, 0.0861, 0.1874, -0.0192, 0.0203,
            -0.0107, -0.0586, -0.0886, 0.0918,
        ], score: 0.8727, box: [104.63, 60.01, 105.91, 138.55], liveness: 0.6208)

    /// Throws `faceModelTampered` naming the stage, or `internalError` where one fails.
    func check(_ engine: FaceEngine) throws(Fault) {
        guard Set(engine.models.values) == models else { return }
        guard let drawing = SelfTestPicture.drawing else { throw Fault(.internalError, "the self-test has no picture") }
        let found = try engine.embed(SelfTestPicture.crop)
        guard zip(embedding, found).allSatisfy({ abs($0 - $1) <= 0.01 }) else { throw Self.wrong("embedder") }
        guard let face = try engine.detect(drawing, side: 320, leastScore: 0.5).first,
            abs(face.score - score) <= 0.02,
            zip(box, [face.raw.x, face.raw.y, face.raw.width, face.raw.height]).allSatisfy({ abs($0 - $1) <= 2 })
        else { throw Self.wrong("detector") }
        guard abs(try engine.liveness(drawing, face) - liveness) <= 0.05 else { throw Self.wrong("liveness") }
    }

    private static func wrong(_ stage: String) -> Fault {
        Fault(.faceModelTampered, "the \(stage) does not give its known answer", device: "camera")
    }
}
