import KioskModel

/// A film in the place of a camera: Y4M, or JPEGs laid end to end, at its real speed, once a scan.
///
/// Frames that come due while nobody looks are left out, as a camera's are. It always counts as simulated.
public struct VideoFileSource: FrameSource {
    private let path: String
    private let framesPerSecond: Double

    /// `framesPerSecond` is for JPEGs; a Y4M says its own.
    public init(path: String, framesPerSecond: Double = 25) {
        self.path = path
        self.framesPerSecond = min(max(framesPerSecond, 0.1), 240)
    }

    public var identity: String { "file:\(path)" }
    public var isSimulated: Bool { true }

    public func probe() async -> Fault? {
        do throws(Fault) {
            _ = try VideoFileReader(path: path)
            return nil
        } catch {
            return error
        }
    }

    public func open() async throws(Fault) -> any FrameSession {
        try VideoFileSession(path: path, identity: identity, framesPerSecond: framesPerSecond)
    }
}
