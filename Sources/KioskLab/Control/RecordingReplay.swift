import KioskModel
import SimulatedDevices
import USBTransport

/// One recorded device, exported over USB/IP.
public struct RecordingReplay: Sendable {
    public static let busID = "1-1"

    private let recording: USBRecording

    /// Throws `usbRecordingFailed` that names the line.
    public init(_ text: String) throws(Fault) { recording = try USBRecording(parsing: text) }

    /// Serves until the task is cancelled; says where, and each new thing that it was asked and can't answer.
    public func run(port: UInt16, say: @Sendable (String) -> Void) async throws {
        let server = USBIPServer()
        let device = RecordedDevice(recording)
        let taken = try await server.start(port: port)
        await server.plug(device, at: Self.busID)
        say(
            "\(recording.device.role), \(recording.transfers.count) transfers: USB/IP on 127.0.0.1:\(taken), \(Self.busID)"
        )
        var told = 0
        while !Task.isCancelled {
            for divergence in device.divergences.dropFirst(told) { say("not recorded: \(divergence)") }
            told = device.divergences.count
            try? await Task.sleep(for: .milliseconds(500))
        }
        await server.stop()
    }
}
