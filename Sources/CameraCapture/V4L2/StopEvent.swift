import CLinux
import Foundation

/// An eventfd that a `poll` waits for beside its device.
final class StopEvent: Sendable {
    /// Readable once `signal` was called.
    let descriptor: Int32 = clinux_eventfd()

    deinit { if descriptor >= 0 { close(descriptor) } }

    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
