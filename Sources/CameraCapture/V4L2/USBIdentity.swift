import Foundation

/// The USB ids behind a video node, from sysfs.
enum USBIdentity {
    /// `046d:0825`, or `no-usb`.
    static func of(videoNode path: String) -> String {
        let node = (path as NSString).resolvingSymlinksInPath
        let device = "/sys/class/video4linux/\((node as NSString).lastPathComponent)/device"
        // The node hangs on the interface; the ids are the device's, one folder up.
        let parent = ((device as NSString).resolvingSymlinksInPath as NSString).deletingLastPathComponent
        guard let vendor = read(parent + "/idVendor"), let product = read(parent + "/idProduct") else {
            return "no-usb"
        }
        return "\(vendor):\(product)"
    }

    private static func read(_ path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let id = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return id.count == 4 && id.allSatisfy(\.isHexDigit) ? id : nil
    }
}
