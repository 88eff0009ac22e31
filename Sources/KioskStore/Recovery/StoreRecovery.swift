import Foundation
import GRDB
import KioskCrypto
import KioskModel
import KioskPlatform

/// Reads everything of a disk whose kiosk is dead, with the platform's recovery key, into files: records as JSON, messages
/// as the exact bytes that the platform should have got, the audit chain, and a report.
///
/// It works on copies: no byte of the disk is changed, and one that can only be read will do. A damaged store is salvaged
/// there. Personal data then lies in clear: the folder is its owner's alone.
public struct StoreRecovery: Sendable {
    private let store: String
    private let key: RecoveryPrivateKey
    private let clock: any KioskClock

    /// `store`: the store's file on the moved disk.
    public init(store: String, key: RecoveryPrivateKey, clock: any KioskClock) {
        self.store = store
        self.key = key
        self.clock = clock
    }

    /// Makes the folder, whole or not at all.
    ///
    /// Throws `storeOpenFailed` where there is no store or the folder exists already, `storeRecoveryKeyWrong`,
    /// `storeDiskFull`, `storeWriteFailed`.
    public func run(into folder: String) async throws(Fault) -> RecoveryView {
        guard StoreFiles.size(folder) == nil else { throw Fault(.storeOpenFailed, "\(folder) exists already") }
        let part = "\(folder).part-\(getpid())"
        do {
            try Self.make(part)
            defer { try? FileManager.default.removeItem(atPath: part) }
            let view = try await read(part, into: folder)
            sync()
            guard rename(part, folder) == 0 else { throw StoreFiles.openFault(folder) }
            return view
        } catch let error as CocoaError {
            let isFull = error.code == .fileWriteOutOfSpace
            throw Fault(isFull ? .storeDiskFull : .storeOpenFailed, "\(store) can't be copied to \(part)")
        } catch {
            throw Fault(store: error)
        }
    }

    private func read(_ part: String, into folder: String) async throws -> RecoveryView {
        let copy = try copies(in: part + "/work")
        let opened = try Store.openOrSalvage(path: copy, keys: StoreKeys(recovery: key), clock: clock)
        var view = RecoveryView(folder: folder)
        do {
            // One that can't be salvaged is the chain's break.
            let archive = try? await opened.salvageArchive()
            let report = try await opened.verifyAudit()
            view.chainBreak = (report.firstBreak ?? report.archiveBreak)?.reason
            view.lost = (opened.salvage?.lost ?? []) + (opened.salvage?.older ?? [])
            view.lost += archive?.lost ?? []
            let written = try await opened.readAll { row in try Self.write(row, into: part) }
            view.records = written.records
            view.messages = written.messages
            view.unsent = written.unsent
            view.erased = written.erased
            view.lost += written.damaged
            let kiosk = try? await opened.latestCheckpoint()?.statement.kiosk
            _ = try AuditExport(database: copy).write(
                to: part + "/audit.jsonl", kiosk: kiosk ?? "unknown", at: clock.stamp())
            try opened.close()
        } catch {
            try? opened.close()
            throw error
        }
        try FileManager.default.removeItem(atPath: part + "/work")
        try Self.put(try CanonicalJSON.encode(view), part + "/report.json")
        return view
    }

    /// Store, archive, their logs, and what an interrupted salvage left; gives the store's copy.
    private func copies(in work: String) throws -> String {
        guard StoreFiles.size(store) != nil || StoreFiles.size(store + ".salvaged") != nil else {
            throw Fault(.storeOpenFailed, "\(store) does not exist")
        }
        try Self.make(work)
        for file in [store, Archive.path(beside: store)] {
            for suffix in ["", "-wal", ".salvaged", ".damaged"] where StoreFiles.size(file + suffix) != nil {
                let name = (file as NSString).lastPathComponent + suffix
                try FileManager.default.copyItem(atPath: file + suffix, toPath: "\(work)/\(name)")
            }
        }
        return "\(work)/\((store as NSString).lastPathComponent)"
    }

    // MARK: Files

    private static func write(_ row: RecoveredRow, into folder: String) throws {
        switch row {
        case .record(let kind, let id, let body):
            let place = "\(folder)/records/\(safe(kind))"
            try make(place)
            try put(body, "\(place)/\(safe(id)).json")
        case .message(let sequence, let id, let state, let body):
            try make(folder + "/messages")
            let number = String(format: "%08lld", sequence)
            try put(body, "\(folder)/messages/\(number)-\(safe(state))-\(safe(id)).json")
        }
    }

    /// A name from a disk that anybody may have written is no path.
    private static func safe(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain && (1...100).contains(name.utf8.count) ? name : Hex.encode(Digest.sha256(Array(name.utf8)))
    }

    private static func make(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private static func put(_ bytes: [UInt8], _ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreFiles.openFault(path) }
        defer { close(descriptor) }
        var left = bytes[...]
        while !left.isEmpty {
            let written = left.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw Fault(errno == ENOSPC ? .storeDiskFull : .storeWriteFailed, "\(path): errno \(errno)")
            }
            left = left.dropFirst(written)
        }
    }
}
