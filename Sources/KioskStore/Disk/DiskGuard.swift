import Foundation
import KioskModel
import KioskPlatform
import Synchronization

/// Watches the space on the disk that holds the records, and keeps some of it aside.
///
/// What can be done without goes first: state reports, then new visits. Records of visits under way and alerts may
/// use what was kept aside: a file whose blocks are allocated, which is given up when a write finds the disk full.
public final class DiskGuard: Sendable {
    public enum Level: String, Sendable, Hashable { case ok, low, full }

    private let folder: String
    private let limits: DiskLimits
    private let space: @Sendable (String) -> (free: Int64, total: Int64)?
    private let path: String
    /// One change of the reserve at a time.
    private let lock = Mutex(())

    /// `space`: the bytes that are free, and all, of the disk with a folder; nil where that can't be told.
    public init(
        folder: String, limits: DiskLimits,
        space: @escaping @Sendable (String) -> (free: Int64, total: Int64)? = DiskGuard.space
    ) {
        self.folder = folder
        self.limits = limits
        self.space = space
        path = folder + "/reserve.bin"
    }

    /// Of a disk whose space can't be told nothing is refused: the write itself will say.
    public var level: Level {
        guard let free = space(folder)?.free else { return .ok }
        if free < limits.visits { return .full }
        return free < limits.telemetry ? .low : .ok
    }

    public var hasReserve: Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size >= limits.reserve
    }

    public var view: DiskView? {
        space(folder).map {
            DiskView(state: level.rawValue, freeBytes: $0.free, totalBytes: $0.total, hasReserve: hasReserve)
        }
    }

    /// The trouble that people should know of; nil where there is none.
    public var fault: Fault? {
        let free = "\((space(folder)?.free ?? 0) >> 20) MB free"
        return switch level {
        case .ok: nil
        case .low: Fault(.diskLow, free)
        case .full: Fault(.diskVisitsRefused, free)
        }
    }

    /// Throws `diskVisitsRefused` where a new visit might not be kept to its end.
    public func admitVisit() throws(Fault) {
        if let fault, fault.code == .diskVisitsRefused { throw fault }
    }

    /// Sets the reserve aside where there is none and enough space beside it. Blocks on the disk.
    public func keepReserve() {
        lock.withLock { _ in
            guard limits.reserve > 0, !hasReserve, let free = space(folder)?.free, free > limits.visits + limits.reserve
            else { return }
            let temporary = path + ".tmp"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return }
            let isAllocated = posix_fallocate(descriptor, 0, off_t(limits.reserve)) == 0 && fsync(descriptor) == 0
            close(descriptor)
            if !isAllocated || rename(temporary, path) != 0 { unlink(temporary) }
        }
    }

    /// Gives the reserve up for what must be written now; false where there was none.
    public func useReserve() -> Bool { lock.withLock { _ in unlink(path) == 0 } }

    /// statvfs(3): what a process without privileges may still write.
    @Sendable public static func space(_ folder: String) -> (free: Int64, total: Int64)? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let block = Int64(clamping: status.f_frsize)
        return (Int64(clamping: status.f_bavail) * block, Int64(clamping: status.f_blocks) * block)
    }
}
