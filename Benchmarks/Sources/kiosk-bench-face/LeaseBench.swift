import BenchSupport
import CameraCapture

/// What a camera costs that is held open while nobody is scanned.
struct LeaseBench {
    private static let seconds = 30.0
    let device: String?

    func run(_ report: Report) async throws {
        guard let device, !device.isEmpty else {
            return note("lease-idle-cpu not run: KIOSK_CAMERA names no V4L2 device")
        }
        let child = try BenchProcess(["lease", device])
        defer { child.end() }
        guard try child.line() == "warm" else { throw BenchError("\(device) can't be leased") }
        let load = try await ProcessFigures.load(of: child.identifier, over: Self.seconds)
        try report.line("lease-idle-cpu", load, "%", atMost: 2)
    }

    /// `lease DEVICE`: holds it until standard input ends.
    static func hold(_ device: String) async throws {
        let lease = CameraLease(V4L2FrameSource(path: device, allowsVirtual: true))
        await lease.warm()
        // Past the pictures in which exposure settles.
        try await Task.sleep(for: .seconds(2))
        say(await lease.isWarm ? "warm" : "cold")
        while readLine() != nil {}
    }
}
