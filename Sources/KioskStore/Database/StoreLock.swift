import Foundation
import KioskModel
import Synchronization

/// Held by the one process that may write and checkpoint the store; the kernel lets it go when the process ends.
final class StoreLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// Throws `storeInUse` where another process has it.
    init(path: String) throws(Fault) {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard opened >= 0 else {
            throw Fault(.storeOpenFailed, "\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw Fault(.storeInUse, path)
        }
        descriptor = Mutex(opened)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { held in
            // A child that was forked but has not yet run its program still holds the descriptor: closing is not enough.
            if held >= 0 {
                flock(held, LOCK_UN)
                close(held)
            }
            held = -1
        }
    }
}
