import Foundation
import KioskModel

/// The database's files as the file system shows them, looked at before SQLite may touch them.
struct StoreFiles: Sendable {
    let path: String

    /// Refuses a database that has vanished and left its log behind: opened by SQLite, the log would be deleted as
    /// belonging to nothing.
    ///
    /// Only sizes are asked: closing a descriptor of the file would drop the locks that SQLite has on it.
    func refuseVanished() throws(Fault) {
        let size = Self.size(path)
        guard size ?? 0 == 0, Self.size(path + "-wal") != nil else { return }
        throw Fault(.storeDamaged, "\(path) is \(size == nil ? "missing" : "empty"), but its log is there")
    }

    var exists: Bool { Self.size(path) != nil }

    /// Makes an empty file (0640) and makes its name durable.
    func create() throws(Fault) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Self.openFault(path) }
        close(descriptor)
        let folder = (path as NSString).deletingLastPathComponent
        let folderDescriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw Self.openFault(folder) }
        defer { close(folderDescriptor) }
        guard fsync(folderDescriptor) == 0 else {
            throw Fault(.storeWriteFailed, "fsync \(folder): errno \(errno)")
        }
    }

    /// How a reader must open the database so that it never makes a file.
    ///
    /// Where the log or its index are missing nobody has the database open for writing: it is read as it lies.
    func readOnlyName() throws(Fault) -> String {
        let log = Self.size(path + "-wal")
        let index = Self.size(path + "-shm")
        if log != nil, index != nil { return path }
        guard log ?? 0 == 0 else {
            throw Fault(.storeOpenFailed, "\(path)-shm is missing; start kioskd once, it makes the file")
        }
        guard let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) else {
            throw Fault(.storeOpenFailed, "\(path) is no path")
        }
        return "file:\(escaped)?immutable=1"
    }

    private static func size(_ path: String) -> Int? {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        return Int(information.st_size)
    }

    private static func openFault(_ path: String) -> Fault {
        let code = errno
        let fault: FaultCode = code == ENOSPC || code == EDQUOT ? .storeDiskFull : .storeOpenFailed
        return Fault(fault, "\(path): \(String(cString: strerror(code)))")
    }
}
