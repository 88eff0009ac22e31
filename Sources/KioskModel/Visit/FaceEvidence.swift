/// A doctor's enrolled embedding; never an image.
public struct FaceTemplate: Codable, Sendable, Hashable {
    /// Unit-length embedding, 128 values.
    public let embedding: [Float]
    /// SHA-256 of the embedding model, hex; templates of another model are refused.
    public let model: String
    public let version: Int

    public init(embedding: [Float], model: String, version: Int) {
        self.embedding = embedding
        self.model = model
        self.version = version
    }
}

extension FaceTemplate: CustomStringConvertible, CustomReflectable {
    public var description: String { "<template>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What kioskd asks of the face service for one signature.
public struct FaceScanRequest: Codable, Sendable, Hashable {
    public let doctor: DoctorID
    /// 32 random bytes, used once.
    public let nonce: [UInt8]
    /// SHA-256 of the prescription's payload.
    public let prescriptionDigest: [UInt8]
    public let templates: [FaceTemplate]
    /// Cosine similarity at or above which the face is the doctor's.
    public let threshold: Double
    /// The least liveness, 0…1; the face service's own floor stands where it is higher.
    public let leastLiveness: Double
    /// Seconds after which the scan ends with `faceTimeout`.
    public let timeLimit: Double

    public init(
        doctor: DoctorID, nonce: [UInt8], prescriptionDigest: [UInt8], templates: [FaceTemplate], threshold: Double,
        leastLiveness: Double = 0, timeLimit: Double
    ) {
        self.doctor = doctor
        self.nonce = nonce
        self.prescriptionDigest = prescriptionDigest
        self.templates = templates
        self.threshold = threshold
        self.leastLiveness = leastLiveness
        self.timeLimit = timeLimit
    }
}

/// What a face scan leaves: numbers and hashes, no image and no template.
public struct FaceEvidence: Codable, Sendable, Hashable {
    public enum Verdict: String, Codable, Sendable, Hashable { case verified, refused }

    public let doctor: DoctorID
    public let nonce: [UInt8]
    public let prescriptionDigest: [UInt8]
    public let verdict: Verdict
    /// Why it was refused.
    public let reason: FaultCode?
    /// Cosine similarity of the fused frames, −1…1; nil where no frame was good enough.
    public let score: Double?
    public let threshold: Double
    /// The least liveness of the chosen frames, 0…1; nil where no liveness model ran.
    public let liveness: Double?
    /// Model file name → SHA-256 hex of the bytes that were loaded.
    public let models: [String: String]
    /// SHA-256 hex of each chosen frame's pixels.
    public let frames: [String]
    /// Which camera: path, USB ids, or the folder of a simulated one.
    public let camera: String
    public let simulatedCamera: Bool
    public let templateVersion: Int
    /// The head turns that were asked for; nil where the policy asks for none, or refused before.
    public let challenge: FaceChallenge?

    public init(
        doctor: DoctorID, nonce: [UInt8], prescriptionDigest: [UInt8], verdict: Verdict, reason: FaultCode?,
        score: Double?, threshold: Double, liveness: Double?, models: [String: String], frames: [String],
        camera: String, simulatedCamera: Bool, templateVersion: Int, challenge: FaceChallenge? = nil
    ) {
        self.doctor = doctor
        self.nonce = nonce
        self.prescriptionDigest = prescriptionDigest
        self.verdict = verdict
        self.reason = reason
        self.score = score
        self.threshold = threshold
        self.liveness = liveness
        self.models = models
        self.frames = frames
        self.camera = camera
        self.simulatedCamera = simulatedCamera
        self.templateVersion = templateVersion
        self.challenge = challenge
    }
}

/// Where a signing key lives.
public enum KeyCustody: String, Codable, Sendable, Hashable {
    case card
    /// A simulated card: its key is a file on this machine.
    case softwareLab = "software-lab"
    case remote
}

/// How the doctor was verified for one signature.
public struct SigningEvidence: Codable, Sendable, Hashable {
    public enum Method: String, Codable, Sendable, Hashable {
        case face
        /// The PIN was entered again because the face could not be used.
        case pin
    }

    public let method: Method
    public let face: FaceEvidence?
    /// Why the face could not be used, where the PIN stands in its place.
    public let faceUnavailable: FaultCode?
    public let custody: KeyCustody
    public let at: Stamp
    /// Monotonic over the kiosk's life.
    public let counter: UInt64
    /// Faces that were refused in a row before the PIN took the face's place, where there were any.
    public let refusalsBefore: Int?

    public init(
        method: Method, face: FaceEvidence?, faceUnavailable: FaultCode?, custody: KeyCustody, at: Stamp,
        counter: UInt64, refusalsBefore: Int? = nil
    ) {
        self.method = method
        self.face = face
        self.faceUnavailable = faceUnavailable
        self.custody = custody
        self.at = at
        self.counter = counter
        self.refusalsBefore = refusalsBefore
    }
}
