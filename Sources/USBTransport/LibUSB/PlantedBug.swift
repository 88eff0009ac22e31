#if DEBUG
import Foundation

/// A mistake that the tests on a real kernel must find; made only where the environment asks for it.
enum PlantedBug {
    /// A transfer and its buffer are freed as soon as they are submitted, before libusb's callback.
    static let freesTransfers = ProcessInfo.processInfo.environment["KIOSK_PLANTED_BUG"] == "freed-transfer"
}
#endif
