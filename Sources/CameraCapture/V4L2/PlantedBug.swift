#if DEBUG
import Foundation

/// A mistake that the tests on a real kernel must find; made only where the environment asks for it.
enum PlantedBug {
    /// A buffer's pixels are looked at after it went back to the driver.
    static let keepsBuffers = ProcessInfo.processInfo.environment["KIOSK_PLANTED_BUG"] == "kept-frame-buffer"

    /// Keeps two pictures and gives the one before them, which the driver may be writing over.
    static func later(
        _ kept: inout [UnsafeRawBufferPointer], _ newest: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        kept.append(newest)
        guard kept.count > 3 else { return nil }
        usleep(20_000)
        return kept.removeFirst()
    }
}
#endif
