import KioskModel
import Synchronization

/// Collects the transfers of one role while a technician records; bounded, in memory only.
final class USBRecorder: Sendable {
    /// Bytes and transfers after which a recording ends by itself.
    private static let mostBytes = 4 << 20
    private static let mostTransfers = 50_000

    private struct State {
        var connection: (any USBConnection)?
        var transfers: [USBRecordedTransfer] = []
        var bytes = 0
        var isOver = false
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// Keeps what one connection does; a device that comes back after a replug is recorded no further.
    func begin(_ connection: any USBConnection) -> Bool {
        state.withLock { state in
            guard state.connection == nil, !state.isOver else { return false }
            state.connection = connection
            return true
        }
    }

    var isFull: Bool { state.withLock(\.isOver) }

    func add(
        _ kind: USBRecordedTransfer.Kind, target: UInt8? = nil, setup: [Int]? = nil, out: [UInt8]? = nil,
        in input: [UInt8]? = nil, taken: Int? = nil, error: USBError? = nil
    ) {
        let elapsed = (ContinuousClock.now - start) / .microseconds(1)
        let transfer = USBRecordedTransfer(
            at: (elapsed.rounded() / 1_000_000), kind: kind, target: target, setup: setup, out: out, in: input,
            taken: taken, error: error.map(Self.word))
        state.withLock { state in
            guard !state.isOver else { return }
            state.transfers.append(transfer)
            state.bytes += (out?.count ?? 0) + (input?.count ?? 0)
            state.isOver = state.bytes > Self.mostBytes || state.transfers.count >= Self.mostTransfers
        }
    }

    /// Ends the recording. Throws `usbRecordingFailed` where the device was never opened.
    func finish(role: String) throws(Fault) -> USBRecording {
        let (connection, transfers) = state.withLock { state in
            defer { (state.connection, state.transfers, state.isOver) = (nil, [], true) }
            return (state.connection, state.transfers)
        }
        guard let connection else {
            throw Fault(.usbRecordingFailed, "the device was not opened in that time", device: role)
        }
        return USBRecording(role: role, connection: connection, transfers: transfers)
    }

    private static func word(_ error: USBError) -> String {
        switch error {
        case .timeout: "timeout"
        case .stall: "stall"
        case .noDevice: "no-device"
        case .overflow: "overflow"
        case .cancelled: "cancelled"
        case .accessDenied: "access-denied"
        case .busy: "busy"
        case .badDescriptor: "bad-descriptor"
        case .serverUnreachable: "server-unreachable"
        case .failed: "failed"
        }
    }
}
