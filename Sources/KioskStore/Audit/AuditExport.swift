import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// Writes the chain into a file that anyone can check with public keys alone.
///
/// Needs no key: the chain says nothing of a person. Reads beside a running kioskd too.
public struct AuditExport: Sendable {
    private let database: String

    /// `database`: the store's file.
    public init(database: String) { self.database = database }

    /// Writes a new file, whole or not at all, and returns how many links are in it.
    ///
    /// Throws `auditFileInvalid` where it can't be written or exists already, and the store's own faults.
    public func write(to path: String, kiosk: String, at stamp: Stamp) throws(Fault) -> Int64 {
        do {
            let queue = try Store.readOnlyQueue(StoreFiles(path: database))
            defer { try? queue.close() }
            let part = path + ".part"
            unlink(part)
            guard let file = fopen(part, "wxe") else { throw Self.fault(part) }
            defer {
                fclose(file)
                unlink(part)
            }
            let header = AuditFile.Header(kiosk: kiosk, exported: stamp.wall)
            try Self.put(try CanonicalJSON.encode(header), file)
            let count = try queue.read { db in try Self.copy(db, to: file) }
            guard fflush(file) == 0, fsync(fileno(file)) == 0 else { throw Self.fault(part) }
            // Never over a file that is there: it may be the evidence of something.
            guard link(part, path) == 0 else { throw Self.fault(path) }
            return count
        } catch {
            throw Fault(store: error)
        }
    }

    private static func copy(_ db: Database, to file: UnsafeMutablePointer<FILE>) throws -> Int64 {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT a.*, c.signed, c.countersignature FROM audit a LEFT JOIN checkpoint c ON c.seq = a.seq
                ORDER BY a.seq
                """)
        var count: Int64 = 0
        while let row = try rows.next() {
            let link = AuditFile.LinkLine(try AuditLink(row), hash: try row.bytes("hash"))
            try put(try CanonicalJSON.encode(AuditFile.Line.link(link)), file)
            if let signed = try row.decode(Data?.self, forColumn: "signed") {
                let witness = try row.decode(Data?.self, forColumn: "countersignature")
                let line = AuditFile.CheckpointLine(signed: Array(signed), witness: witness.map { Array($0) })
                try put(try CanonicalJSON.encode(AuditFile.Line.checkpoint(line)), file)
            }
            count += 1
        }
        return count
    }

    private static func put(_ line: [UInt8], _ file: UnsafeMutablePointer<FILE>) throws {
        let bytes = line + [10]
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw fault("the export") }
    }

    private static func fault(_ path: String) -> Fault {
        let code = errno
        return Fault(
            code == ENOSPC ? .storeDiskFull : .auditFileInvalid, "\(path): \(String(cString: strerror(code)))")
    }
}
