import BenchSupport
import Foundation
import KioskCrypto
import KioskPlatform
import KioskStore

/// Stores in a folder of the run.
enum BenchStore {
    /// The key is the same in every process of a run, and of no secret.
    static func open(_ path: String) throws -> Store {
        try Store.open(path: path, sealer: Sealer(key: [UInt8](repeating: 7, count: 32)), clock: SystemClock())
    }

    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock", ".running", ".unchecked"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }
}
