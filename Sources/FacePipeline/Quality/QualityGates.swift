import CameraCapture

/// What a picture of a face must have to be compared; the same for enrolment and for verification.
public struct QualityGates: Sendable, Hashable {
    /// Detector score, 0–1.
    public var leastScore: Double
    /// Pixels between the eyes.
    public var leastEyeDistance: Double
    /// Variance of the Laplacian on the 112 × 112 crop.
    public var leastSharpness: Double
    /// Mean grey of the crop, 0–255.
    public var brightness: ClosedRange<Double>
    /// Degrees to either side, as `FaceEngine.roll` measures them: within 5 of the truth (photographs turned by up to 25
    /// to either side). Heads that stood upright measured up to 10, a live one that leant 13.
    public var mostRoll: Double
    /// Part of mouth and chin that must have the skin's colour, as `LowerFace` measures it, 0–1.
    public var leastSkin: Double
    /// Whether eyes, nose and mouth must all lie inside the picture.
    public var needsWholeFace: Bool

    public static let standard = QualityGates(
        leastScore: 0.88, leastEyeDistance: 40, leastSharpness: 50, brightness: 60...190, mostRoll: 15,
        leastSkin: 0.1, needsWholeFace: true)

    /// Lets every face through: for measuring what lies behind the gates.
    public static let off = QualityGates(
        leastScore: 0, leastEyeDistance: 0, leastSharpness: 0, brightness: 0...255, mostRoll: 150,
        leastSkin: 0, needsWholeFace: false)

    /// The first gate that a face does not pass, or nil.
    func obstacle(
        _ face: DetectedFace, in frame: Frame, quality: (sharpness: Double, brightness: Double), roll: Double,
        skin: Double?
    ) -> QualityObstacle? {
        if needsWholeFace, face.points.contains(where: { !Self.contains(frame, $0) }) { return .cutOff }
        if face.eyeDistance < leastEyeDistance { return .tooFar }
        if quality.brightness < brightness.lowerBound { return .tooDark }
        if quality.brightness > brightness.upperBound { return .tooBright }
        if abs(roll) >= mostRoll { return .tilted }
        if quality.sharpness < leastSharpness { return .blurred }
        if let skin, skin < leastSkin { return .covered }
        // Last: a low score has one of the reasons above, or the face is turned or covered.
        if face.score < leastScore { return .covered }
        return nil
    }

    private static func contains(_ frame: Frame, _ point: (x: Double, y: Double)) -> Bool {
        point.x >= 0 && point.y >= 0 && point.x < Double(frame.width) && point.y < Double(frame.height)
    }
}

/// Why a picture of a face is not good enough, in words that say what to do.
enum QualityObstacle: String, Sendable, Hashable {
    case cutOff = "the face is cut off: stand in the middle"
    case tooFar = "the face is small: come closer"
    case tooDark = "the face is dark: more light"
    case tooBright = "the face is over-exposed: less light"
    case tilted = "the head is tilted: hold it straight"
    case blurred = "the face is blurred: hold still"
    case covered = "the face is turned or covered: look at the camera, without a mask"
}
