import Foundation

/// The USB ids behind a video node, from sysfs.
enum USBIdentity {
    /// `046d:0825`, or `no-usb`.
    static func of(videoNode path: String) -> String {
        let device = folder(videoNode: path)
        guard let vendor = identifier(device + "/idVendor"), let product = identifier(device + "/idProduct") else {
            return "no-usb"
        }
        return "\(vendor):\(product)"
    }

    /// Whether the device says that it is a laboratory's: simulated devices do, on any bus.
    static func isLaboratory(videoNode path: String) -> Bool {
        text(folder(videoNode: path) + "/manufacturer") == "Kiosk Lab (simulated)"
    }

    /// The device's folder in sysfs.
    private static func folder(videoNode path: String) -> String {
        let interface = "/sys/class/video4linux/\((resolved(path) as NSString).lastPathComponent)/device"
        // The node hangs on the interface; the device is one folder up.
        return (resolved(interface) as NSString).deletingLastPathComponent
    }

    /// By the system itself: sysfs has links on the way to a link, which Foundation leaves as they are.
    private static func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    private static func identifier(_ path: String) -> String? {
        guard let id = text(path) else { return nil }
        return id.count == 4 && id.allSatisfy(\.isHexDigit) ? id : nil
    }

    private static func text(_ path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
