import Foundation
import GRDB
import KioskModel

/// The files of a salvage. A cut at any point leaves either the damaged files in their place, and the salvage begins
/// again, or the finished new store beside them, and only the exchange is done again.
struct SalvageFiles {
    let store: StoreFiles

    private var path: String { store.path }
    /// Copies that are read, and the new store while it is made.
    var work: String { path + ".salvage" }
    var copy: String { work + "/damaged.sqlite" }
    var part: String { work + "/new.sqlite" }
    var finished: String { path + ".salvaged" }

    /// The store's archive, for reading; nil where there is none. It is no part of what is moved aside.
    ///
    /// A cut, or a copy of the disk, may have left its log without the index, which only a writer makes anew.
    func archive() throws -> Archive? {
        guard Archive.exists(beside: path) else { return nil }
        return try (try? Archive(readOnlyBeside: path)) ?? Archive(beside: path)
    }

    /// How the copies and the new file are opened.
    static var configuration: Configuration {
        var configuration = Configuration()
        // A row's link may be gone.
        configuration.foreignKeysEnabled = false
        // The copy's log is overwritten before it is removed.
        configuration.prepareDatabase { try $0.keepLog() }
        return configuration
    }

    /// Copies database and log; SQLite changes what it opens, and the damaged files must stay as they are.
    ///
    /// The copy of a damaged log gives what stands behind the damage as well.
    func prepare() throws(Fault) {
        destroyWork()
        remove(work)
        do {
            try FileManager.default.createDirectory(
                atPath: work, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o750])
            for suffix in ["", "-wal"] where StoreFiles.size(path + suffix) != nil {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
        } catch {
            throw Self.fault(error, work)
        }
        try WriteAheadLog.repair(of: copy)
    }

    /// Where the damaged files will be: the same for every try of one exchange.
    func keptIn() -> String {
        var number = 1
        while StoreFiles.size("\(path).damaged-\(number)/\(name)") != nil { number += 1 }
        return "\(path).damaged-\(number)"
    }

    /// The new store is whole and durable: from here on it is the store.
    func finish() throws(Fault) {
        try Self.sync(part)
        try Self.move(part, finished)
        try syncFolder()
    }

    /// Moves the damaged files aside and puts the new store in their place.
    func exchange() throws(Fault) {
        let kept = keptIn()
        do {
            try FileManager.default.createDirectory(
                atPath: kept, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw Self.fault(error, kept)
        }
        // The database last: its presence there says that the folder is complete.
        for suffix in ["-wal", "-shm", ""] where StoreFiles.size(path + suffix) != nil {
            try Self.move(path + suffix, "\(kept)/\(name)\(suffix)")
        }
        try Self.sync(kept)
        try syncFolder()
        try Self.move(finished, path)
        remove(store.mustCheck)
        try syncFolder()
        destroyWork()
    }

    /// Destroys what a cut after a salvage, or in it, has left.
    func clear() {
        if !store.isExchangePending { destroyWork() }
    }

    /// The copy holds the data keys of its time. What can't be overwritten stays, for the next try.
    private func destroyWork() {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: work) else { return }
        for name in names { try? StoreFiles.destroy("\(work)/\(name)") }
        rmdir(work)
    }

    private var name: String { (path as NSString).lastPathComponent }

    private func syncFolder() throws(Fault) {
        let folder = (path as NSString).deletingLastPathComponent
        try Self.sync(folder.isEmpty ? "." : folder)
    }

    private func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    private static func move(_ from: String, _ to: String) throws(Fault) {
        guard rename(from, to) == 0 else { throw StoreFiles.openFault(to) }
    }

    private static func sync(_ path: String) throws(Fault) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreFiles.openFault(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Fault(.storeWriteFailed, "fsync \(path): errno \(errno)") }
    }

    private static func fault(_ error: any Error, _ path: String) -> Fault {
        let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
        return Fault(isFull ? .storeDiskFull : .storeOpenFailed, "\(path): the damaged store can't be copied")
    }
}
