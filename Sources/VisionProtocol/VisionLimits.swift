/// What the two ends of the face service's socket may ask of each other.
public enum VisionLimits {
    /// The protocol's version; another one is refused.
    public static let version = 1
    /// Bytes of one message, without its length.
    public static let messageBytes = 1 << 20
    /// Connections at a time.
    public static let connections = 8
    /// Templates in one request.
    public static let templates = 16
    /// Templates that one capture may ask for.
    public static let captures = 1...10
    /// Seconds that one scan may take.
    public static let seconds = 0.05...60.0
    /// Bytes of a nonce and of a digest.
    public static let hashBytes = 32
    /// UTF-8 bytes of a doctor's id.
    public static let doctorBytes = 1...128
    /// Prompts in one scan; further ones are left out.
    public static let prompts = 128
    /// Seconds after a scan's own limit in which the answer must have come.
    public static let graceSeconds = 15.0
}
