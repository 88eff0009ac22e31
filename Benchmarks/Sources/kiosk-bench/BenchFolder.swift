import Foundation
import KioskCrypto
import KioskPlatform
import KioskStore

/// A folder on the disk that is measured, removed at the end; TMPDIR chooses the disk.
final class BenchFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "kiosk-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// A new name in the folder.
    func fresh(_ name: String) -> String { file("\(name)-\(UInt32.random(in: 0...UInt32.max)).sqlite") }

    func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock", ".running"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    /// The key is the same in every process of a run, and of no secret.
    static func open(_ path: String) throws -> Store {
        try Store.open(path: path, sealer: Sealer(key: [UInt8](repeating: 7, count: 32)), clock: SystemClock())
    }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
