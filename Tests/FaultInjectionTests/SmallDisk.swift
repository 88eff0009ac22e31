import Foundation
import KioskTestSupport

/// A file system of a few megabytes that can be filled to its last byte; needs root.
final class SmallDisk: Sendable {
    private let folder: String
    private var filler: String { folder + "/filler" }

    /// Whether one can be mounted here.
    static let isPossible: Bool = {
        guard geteuid() == 0 else { return false }
        let folder = TemporaryFolder("mount")
        guard run("mount", ["-t", "tmpfs", "-o", "size=64k", "kiosk-test", folder.path]) else { return false }
        return run("umount", [folder.path])
    }()

    struct NoDisk: Error {}

    /// Mounts it over a folder, which is made.
    init(at folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard Self.run("mount", ["-t", "tmpfs", "-o", "size=96m", "kiosk-test", folder]) else { throw NoDisk() }
    }

    deinit { _ = Self.run("umount", ["--lazy", folder]) }

    /// Until not one byte more goes in.
    func fill() {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        for size in [1 << 20, 1 << 12, 1] {
            let bytes = [UInt8](repeating: 0, count: size)
            while write(descriptor, bytes, size) > 0 {}
        }
    }

    func free() { unlink(filler) }

    private static func run(_ program: String, _ words: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + words
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
