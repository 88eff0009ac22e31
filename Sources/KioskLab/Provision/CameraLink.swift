import Foundation
import KioskPlatform

/// The link under /dev/v4l/by-path by which a camera is named, whatever else is plugged in.
enum CameraLink {
    private static let folder = "/dev/v4l/by-path"

    /// The link of the camera at a path of the kernel's, such as `3-5`; waits for it, since udev makes it in its own time.
    ///
    /// Throws `LabError` where there is none within the limit.
    static func find(at path: String, within limit: Duration = .seconds(30)) async throws -> String {
        let deadline = ContinuousClock.now + limit
        repeat {
            if let link = link(at: path), access(link, R_OK | W_OK) == 0 { return link }
            try await Task.sleep(for: .milliseconds(50))
        } while ContinuousClock.now < deadline
        throw LabError("no link in \(folder) leads to a camera at \(path)")
    }

    private static func link(at path: String) -> String? {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        // A camera has a second node, for its metadata.
        return names.filter { $0.hasSuffix("-video-index0") }.map { "\(folder)/\($0)" }.first { link in
            guard let node = resolved(link).map({ ($0 as NSString).lastPathComponent }),
                let interface = resolved("/sys/class/video4linux/\(node)/device")
            else { return false }
            return ((interface as NSString).deletingLastPathComponent as NSString).lastPathComponent == path
        }
    }

    private static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}
