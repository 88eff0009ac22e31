import Synchronization

/// What came from a camera since it was opened.
public struct CaptureCounts: Sendable, Hashable {
    /// Pictures that were taken from the driver, looked at or not.
    public internal(set) var filled = 0
    /// Pictures that began on the bus and found no free buffer.
    public internal(set) var lost = 0
    /// Pictures that somebody asked for, and that were therefore decoded.
    public internal(set) var decoded = 0
}

/// Counts on the camera's thread, read from others.
final class CaptureCounter: Sendable {
    private struct State {
        var counts = CaptureCounts()
        var last: UInt32?
    }

    private let state = Mutex(State())

    var value: CaptureCounts { state.withLock(\.counts) }

    func addDecoded() { state.withLock { $0.counts.decoded += 1 } }

    /// What passed by while nobody looked was not lost.
    func restart() { state.withLock { $0.last = nil } }

    func add(sequence: UInt32) {
        state.withLock { state in
            state.counts.filled += 1
            // The driver's count wraps around; a step back is a driver that began anew.
            if let last = state.last, sequence &- last < 1 << 31, sequence != last {
                state.counts.lost += Int(sequence &- last) - 1
            }
            state.last = sequence
        }
    }
}
