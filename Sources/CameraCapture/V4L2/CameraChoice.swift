/// Which camera may stand at the path that is configured.
public enum CameraChoice: Sendable, Hashable {
    /// Any: for laboratories.
    case any
    /// The one with these USB ids, four lower-case hexadecimal digits each.
    case usb(vendor: String, product: String)
    /// None: one has to be named and was not.
    case unnamed

    /// Reads `046d:0825`, as `lsusb` writes it; nil for anything else.
    public init?(usb text: String) {
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        let digits = Set("0123456789abcdef")
        guard parts.count == 2, parts.allSatisfy({ $0.count == 4 && $0.allSatisfy(digits.contains) }) else {
            return nil
        }
        self = .usb(vendor: String(parts[0]), product: String(parts[1]))
    }

    /// Why the camera `found` (ids as `lsusb` writes them, or that it has none) may not be used; nil where it may.
    func objection(to found: String, at path: String) -> String? {
        switch self {
        case .any: nil
        case .unnamed: "no --camera-usb names the kiosk's camera; \(path) is \(found)"
        case .usb(let vendor, let product):
            found == "\(vendor):\(product)" ? nil : "\(path) is \(found), the kiosk's camera is \(vendor):\(product)"
        }
    }
}
