/// How well the camera sees whoever stands before it, for a technician: numbers, never an image and never a score of
/// likeness.
public struct FaceQuality: Codable, Sendable, Hashable {
    /// One number of the last picture with one face, and the bounds that it must keep.
    public struct Measure: Codable, Sendable, Hashable {
        public enum Name: String, Codable, Sendable, Hashable, CaseIterable {
            /// How surely it is a face, 0–1.
            case detector
            /// Pixels between the eyes.
            case eyeDistance = "eye-distance"
            /// Degrees by which the head is tilted.
            case tilt
            /// Variance of the Laplacian on the 112 × 112 crop.
            case sharpness
            /// Mean grey of the crop, 0–255.
            case brightness
            /// 0–1.
            case liveness
        }

        public let name: Name
        public let value: Double
        public let least: Double?
        public let most: Double?

        public init(_ name: Name, _ value: Double, least: Double? = nil, most: Double? = nil) {
            self.name = name
            self.value = value
            self.least = least
            self.most = most
        }

        public var isGood: Bool { value >= (least ?? -.infinity) && value <= (most ?? .infinity) }
    }

    public var schema = 1
    public let camera: String
    public let simulated: Bool
    /// Pictures that were looked at, and those that could decide.
    public let pictures: Int
    public let good: Int
    /// What would help most; nil where every picture was good.
    public let prompt: PromptView?
    public let measures: [Measure]

    public init(
        camera: String, simulated: Bool, pictures: Int, good: Int, prompt: PromptView?, measures: [Measure]
    ) {
        self.camera = camera
        self.simulated = simulated
        self.pictures = pictures
        self.good = good
        self.prompt = prompt
        self.measures = measures
    }
}
