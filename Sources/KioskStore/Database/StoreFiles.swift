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
        guard !isExchangePending else { throw Fault(.storeDamaged, "\(path): a salvage was cut off") }
        let size = Self.size(path)
        guard size ?? 0 == 0, Self.size(path + "-wal") != nil else { return }
        throw Fault(.storeDamaged, "\(path) is \(size == nil ? "missing" : "empty"), but its log is there")
    }

    /// Refuses a database whose log is damaged: SQLite would drop the commits behind in silence.
    ///
    /// For whoever alone may write it, before it is opened: where it is in use the log changes while it is read.
    func refuseDamagedLog() throws(Fault) {
        guard let damage = WriteAheadLog.open(of: path)?.damage else { return }
        throw Fault(.storeDamaged, damage)
    }

    /// Beside the store: it was found damaged while it was in use.
    var mustCheck: String { path + ".damaged" }
    /// Beside the store: it is open for writing, or was when the power went.
    var running: String { path + ".running" }
    /// Beside the store: a run was cut off, and the store has not been checked since.
    var unchecked: String { path + ".unchecked" }
    var isUnchecked: Bool { Self.size(unchecked) != nil }
    var isExchangePending: Bool { Self.size(path + ".salvaged") != nil }

    /// Why the store must not be used as it is, where an earlier run has found that.
    var mustBeSalvaged: String? {
        if isExchangePending { return "a salvage was cut off" }
        guard Self.size(mustCheck) != nil else { return nil }
        return (try? String(contentsOfFile: mustCheck, encoding: .utf8)) ?? "found damaged in use"
    }

    func demandSalvage(_ reason: String) throws(Fault) {
        do {
            try Data(reason.utf8).write(to: URL(fileURLWithPath: mustCheck), options: .atomic)
        } catch {
            throw Fault(.storeWriteFailed, "\(mustCheck) can't be written")
        }
    }

    /// Leaves a mark that `markClosed` takes away; returns whether one was there, and keeps that a check is due then.
    func markRunning() -> Bool {
        let was = Self.size(running) != nil
        if was { Self.touch(unchecked) }
        Self.touch(running)
        return was
    }

    /// Whoever closes the store says how this run ended, not that somebody has looked: where no other mark says that a
    /// check is due, this one stays.
    func markClosed(isCheckDue: Bool) {
        if !isCheckDue || isUnchecked { unlink(running) }
    }

    func markChecked() { unlink(unchecked) }

    private static func touch(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        if descriptor >= 0 { close(descriptor) }
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

    static func size(_ path: String) -> Int? {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        return Int(information.st_size)
    }

    /// Writes zeros over a whole file, durably.
    static func overwrite(_ path: String) throws(Fault) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw openFault(path) }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: 1 << 16)
        var left = size(path) ?? 0
        while left > 0 {
            let written = Foundation.write(descriptor, zeros, min(left, zeros.count))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Fault(.storeWriteFailed, "\(path): errno \(errno)") }
            left -= written
        }
        guard fsync(descriptor) == 0 else { throw Fault(.storeWriteFailed, "fsync \(path): errno \(errno)") }
    }

    /// Overwrites a file, then removes it.
    static func destroy(_ path: String) throws(Fault) {
        try overwrite(path)
        guard unlink(path) == 0 else { throw openFault(path) }
    }

    static func openFault(_ path: String) -> Fault {
        let code = errno
        let fault: FaultCode = code == ENOSPC || code == EDQUOT ? .storeDiskFull : .storeOpenFailed
        return Fault(fault, "\(path): \(String(cString: strerror(code)))")
    }
}
