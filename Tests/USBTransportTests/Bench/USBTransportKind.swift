import Foundation
import Testing

/// The transports that the contract suite runs over.
enum USBTransportKind: String, Sendable, CustomTestStringConvertible {
    case usbip
    case libusb

    /// libusb needs a real kernel with vhci_hcd, and root: it takes part where the environment says so.
    static let isLibUSBWanted = ProcessInfo.processInfo.environment["KIOSK_USB_CONTRACT"] == "libusb"
    static let available: [USBTransportKind] = isLibUSBWanted ? [.usbip, .libusb] : [.usbip]

    var testDescription: String { rawValue }
}

/// Everything that opens sockets, threads or the bus: one after the other, so that leaks can be counted.
@Suite(.serialized) enum USBSuites {}
