import Foundation

/// A folder for one test, removed with its last reference.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init(_ name: String = "test") {
        // Short: a Unix socket's path holds 107 bytes.
        path = NSTemporaryDirectory() + "kiosk-\(name)-\(UInt32.random(in: 0...UInt32.max))"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { path + "/" + name }
}
