import CameraCapture
import KioskModel

/// Photographs from a camera that does not say that it is simulated, so that what only a real kiosk does can be met.
struct UnmarkedCamera: FrameSource {
    let photographs: FolderFrameSource
    /// Whether it is seen to be simulated once it is open.
    var isFoundOut = false
    let identity = "v4l2:/dev/video0"
    let isSimulated = false

    func probe() async -> Fault? { await photographs.probe() }

    func open() async throws(Fault) -> any FrameSession {
        Session(film: try await photographs.open(), isSimulated: isFoundOut)
    }

    private struct Session: FrameSession {
        let film: any FrameSession
        let isSimulated: Bool
        let identity = "v4l2:/dev/video0"

        var isExhausted: Bool { get async { await film.isExhausted } }
        var skipped: Int { get async { await film.skipped } }

        func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
            try await film.next(before: deadline)
        }

        func close() async { await film.close() }
    }
}
