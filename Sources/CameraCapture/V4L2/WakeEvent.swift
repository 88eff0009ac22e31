import CLinux
import Foundation

/// An eventfd that a `poll` waits for beside its device.
final class WakeEvent: Sendable {
    /// Readable from `signal` until `clear`; negative where the system has none left.
    let descriptor: Int32 = clinux_eventfd()

    deinit { if descriptor >= 0 { close(descriptor) } }

    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
