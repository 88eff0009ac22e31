import CVision
import CameraCapture
import KioskModel

/// The four networks and what they compute; used by one thread at a time.
public final class FaceEngine {
    /// Values of one embedding.
    static let embeddingSize = Int(CVISION_EMBEDDING)

    /// Model file name → SHA-256 hex.
    let models: [String: String]
    /// SHA-256 hex of the embedder: templates belong to it.
    let embedderHash: String
    /// The threshold that was signed for these models, where a list was.
    let leastThreshold: Double?

    private let detector: VisionNet
    private let embedder: VisionNet
    private let livenessNear: VisionNet
    private let livenessFar: VisionNet

    /// Loads the models and runs each once. Throws as `ModelStore.read` does, and `faceModelTampered` for one that does
    /// not run or does not give its known answer.
    public convenience init(_ store: ModelStore) throws(Fault) { try self.init(store, selfTest: .standard) }

    /// `selfTest` is what the models are compared with.
    init(_ store: ModelStore, selfTest: SelfTest) throws(Fault) {
        let contents = try store.read()
        let files = contents.models
        leastThreshold = contents.leastThreshold
        func load(_ purpose: ModelFile.Purpose) throws(Fault) -> (net: VisionNet, file: ModelFile) {
            guard let (file, bytes) = files[purpose] else {
                throw Fault(.faceModelsMissing, purpose.rawValue)
            }
            guard let net = VisionNet(onnx: bytes) else {
                throw Fault(.faceModelTampered, "\(file.name) can't be loaded")
            }
            return (net, file)
        }
        let embedder = try load(.embedder)
        self.embedder = embedder.net
        embedderHash = embedder.file.sha256
        detector = try load(.detector).net
        livenessNear = try load(.livenessNear).net
        livenessFar = try load(.livenessFar).net
        models = Dictionary(files.values.map { ($0.file.name, $0.file.sha256) }) { first, _ in first }
        try warmUp()
        try selfTest.check(self)
    }

    /// The faces in a picture, the best first; at most 16.
    public func detect(_ frame: Frame, side: Int, leastScore: Double) throws(Fault) -> [DetectedFace] {
        let room = 16
        var found = [cvision_face](repeating: cvision_face(), count: room)
        let count = cvision_detect(
            detector.handle, frame.bgr, frame.bgr.count, Int32(clamping: frame.width), Int32(clamping: frame.height),
            Int32(clamping: side), Float(leastScore), &found, Int32(room))
        guard count >= 0 else { throw Self.failed("detector", count) }
        return found.prefix(Int(count)).map { DetectedFace(raw: $0) }
    }

    /// The face's 112 × 112 crop (BGR), turned upright.
    public func align(_ frame: Frame, _ face: DetectedFace) throws(Fault) -> [UInt8] {
        var crop = [UInt8](repeating: 0, count: Int(CVISION_CROP_BYTES))
        let result = withUnsafeBytes(of: face.raw.points) { points in
            cvision_align(
                frame.bgr, frame.bgr.count, Int32(clamping: frame.width), Int32(clamping: frame.height),
                points.bindMemory(to: Float.self).baseAddress, &crop, crop.count)
        }
        guard result == 0 else { throw Self.failed("alignment", result) }
        return crop
    }

    /// By how many degrees the head is tilted, 0 upright; the face is looked at once more, from near.
    public func roll(_ frame: Frame, _ face: DetectedFace) throws(Fault) -> Double {
        var raw = face.raw
        var degrees: Float = 0
        let result = cvision_roll(
            detector.handle, frame.bgr, frame.bgr.count, Int32(clamping: frame.width), Int32(clamping: frame.height),
            &raw, &degrees)
        guard result == 0 else { throw Self.failed("tilt", result) }
        return Double(degrees)
    }

    /// Variance of the Laplacian, and mean brightness 0–255, of a crop.
    func quality(of crop: [UInt8]) throws(Fault) -> (sharpness: Double, brightness: Double) {
        var sharpness = 0.0
        var brightness = 0.0
        let result = cvision_quality(crop, crop.count, &sharpness, &brightness)
        guard result == 0 else { throw Self.failed("quality", result) }
        return (sharpness, brightness)
    }

    /// The crop's embedding with its mirror image's added: 128 values of length 1.
    public func embed(_ crop: [UInt8]) throws(Fault) -> [Float] {
        var embedding = [Float](repeating: 0, count: Int(CVISION_EMBEDDING))
        let result = cvision_embed(embedder.handle, crop, crop.count, &embedding, embedding.count)
        guard result == 0 else { throw Self.failed("embedder", result) }
        return embedding
    }

    /// How likely the face is live, 0–1: the mean of the two networks.
    public func liveness(_ frame: Frame, _ face: DetectedFace) throws(Fault) -> Double {
        var sum = 0.0
        for (net, scale) in [(livenessNear, Float(2.7)), (livenessFar, 4)] {
            var live: Float = 0
            var raw = face.raw
            let result = cvision_liveness(
                net.handle, frame.bgr, frame.bgr.count, Int32(clamping: frame.width), Int32(clamping: frame.height),
                &raw, scale, &live)
            guard result == 0 else { throw Self.failed("liveness", result) }
            sum += Double(live)
        }
        return sum / 2
    }

    /// A model of another shape shows here, not in the first scan; the first run also allocates its memory.
    private func warmUp() throws(Fault) {
        do throws(Fault) {
            guard let grey = Frame(width: 320, height: 256, bgr: [UInt8](repeating: 127, count: 320 * 256 * 3)) else {
                return
            }
            _ = try detect(grey, side: 320, leastScore: 0.9)
            _ = try embed([UInt8](repeating: 127, count: Int(CVISION_CROP_BYTES)))
            var face = cvision_face()
            (face.x, face.y, face.width, face.height) = (100, 80, 80, 100)
            _ = try liveness(grey, DetectedFace(raw: face))
        } catch {
            throw Fault(.faceModelTampered, "a model does not run: \(error.detail)")
        }
    }

    private static func failed(_ stage: String, _ result: Int32) -> Fault {
        Fault(.internalError, "the \(stage) failed (\(result))", device: "camera")
    }
}
