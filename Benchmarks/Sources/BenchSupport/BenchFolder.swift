import Foundation

/// A folder on the disk that is measured, removed at the end; TMPDIR chooses the disk.
public final class BenchFolder: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "kiosk-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { path + "/" + name }

    /// A new name in the folder.
    public func fresh(_ name: String) -> String { file("\(name)-\(UInt32.random(in: 0...UInt32.max)).sqlite") }
}
