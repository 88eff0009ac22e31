#if DEBUG
import Foundation

/// A mistake that the tests on a real kernel must find; made only where the environment asks for it.
enum PlantedBug {
    /// A buffer's pixels are looked at after it went back to the driver.
    static let keepsBuffers = ProcessInfo.processInfo.environment["KIOSK_PLANTED_BUG"] == "kept-frame-buffer"

    /// Keeps all buffers but one and gives the one before them: the driver is writing over it.
    static func later(
        _ kept: inout [UnsafeRawBufferPointer], _ newest: UnsafeRawBufferPointer, of buffers: Int
    ) -> UnsafeRawBufferPointer? {
        kept.append(newest)
        guard kept.count >= buffers else { return nil }
        usleep(30_000)
        return kept.removeFirst()
    }
}
#endif
