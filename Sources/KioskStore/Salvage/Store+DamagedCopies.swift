import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// What is kept of files of a damaged store that were destroyed.
private struct DiscardRecord: Codable, Sendable {
    let by: String
    let folder: String
    let at: Stamp
}

extension Store {
    /// Names of the folders with files that were found damaged and set aside, of the store or its archive, or with what a
    /// salvage has left: they hold the data keys of their time, wrapped.
    public var damagedCopies: [String] {
        let folder = (path as NSString).deletingLastPathComponent
        let files = [path, Archive.path(beside: path)].map { ($0 as NSString).lastPathComponent }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return names.filter { name in
            files.contains { name.hasPrefix($0 + ".damaged-") || name == $0 + ".salvage" }
        }.sorted()
    }

    /// Destroys one of `damagedCopies`: its files are overwritten and deleted. Who said so is kept first.
    ///
    /// What a flash medium keeps of old blocks is beyond this; nothing there opens without the kiosk's key. Throws
    /// `apiNotFound`, `storeWriteFailed` and the store's faults; cut off, it is called again.
    public func discard(copy name: String, by person: String) async throws(Fault) {
        guard damagedCopies.contains(name) else { throw Fault(.apiNotFound, "folder \(name)") }
        let stamp = clock.stamp()
        try await write { [keys] db in
            var chain = try AuditChain(db, at: stamp)
            try chain.append(db, kind: AuditLinkKind.discarded, ref: name)
            let record = DiscardRecord(by: person, folder: name, at: stamp)
            let write = StoreChange.RecordWrite(
                kind: .erasure, id: UUIDv7.make(unixMilliseconds: UInt64(max(0, stamp.wall))), visit: nil,
                state: "discarded", body: try StoredJSON.encode(record, kind: "erasure"), expecting: nil)
            try Self.store(write, db, &chain, try keys.key(ofVisit: nil, patient: nil, db))
            try chain.seal(db, keys)
        }
        let folder = (path as NSString).deletingLastPathComponent + "/" + name
        do {
            for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try StoreFiles.destroy(folder + "/" + file)
            }
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw Fault(.storeWriteFailed, "\(folder) can't be destroyed: \(Fault(store: error).detail)")
        }
    }
}
