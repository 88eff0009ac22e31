import Foundation
import GRDB
import KioskCrypto
import KioskModel

/// The chain of links, inside the transaction that writes the row they cover.
///
/// The head is also kept sealed: who can write the file but has no key can't cut links off the end unnoticed.
struct AuditChain {
    private let stamp: Stamp
    private(set) var sequence: Int64
    private var head: [UInt8]

    /// The content of a link that speaks of no row.
    static let nothing = Digest.sha256([])
    private static let headKey = "audit-head"
    private static let headContext = "meta/audit-head"
    /// How many links are checked when the store is opened.
    private static let tailLength = 32

    init(_ db: Database, at stamp: Stamp) throws {
        self.stamp = stamp
        let last = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"))
        sequence = try last?.decode(Int64.self, forColumn: "seq") ?? 0
        head = try last?.bytes("hash") ?? AuditLink.start
    }

    /// Goes on after links that are gone, from the end that was sealed.
    mutating func jump(to sequence: Int64, head: [UInt8]) {
        self.sequence = sequence
        self.head = head
    }

    /// Adds a link that speaks of no row.
    mutating func append(_ db: Database, kind: String, ref: String) throws {
        _ = try append(db, kind: kind, ref: ref, revision: 1, content: Self.nothing)
    }

    /// Adds a link and returns its number.
    mutating func append(
        _ db: Database, kind: String, ref: String, revision: Int64, content: [UInt8]
    ) throws -> Int64 {
        let link = AuditLink(
            sequence: sequence + 1, kind: kind, ref: ref, revision: revision, content: content,
            boot: stamp.boot,
            monotonic: Int64(clamping: stamp.monotonic), wall: stamp.wall, quality: stamp.quality.rawValue
        )
        head = link.hash(after: head)
        sequence = link.sequence
        try db.executeCached(
            """
            INSERT INTO audit (seq, kind, ref, revision, content, boot, monotonic, wall, quality, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(link.sequence), .text(link.kind), .text(link.ref), .integer(link.revision),
                .blob(link.content),
                .text(link.boot), .integer(link.monotonic), .integer(link.wall), .text(link.quality), .blob(head),
            ])
        return sequence
    }

    /// Seals the new head and signs a checkpoint where one is due, or where `signs`; the last step of the transaction.
    func seal(_ db: Database, _ keys: KeyRing, signs: Bool = false) throws {
        try Self.seal(AuditLink.number(sequence) + head, db, try keys.store)
        try sign(db, keys, always: signs)
    }

    func sign(_ db: Database, _ keys: KeyRing, always: Bool) throws {
        try keys.signer?.sign(db, sequence, head, at: stamp, always: always)
    }

    /// Seals the head with another key than before.
    static func resealHead(_ db: Database, from old: Sealer, to new: Sealer) throws {
        guard let head = try sealedHead(db, old) else { throw Fault(.storeDamaged, "the audit chain's end is missing") }
        try seal(AuditLink.number(head.sequence) + head.head, db, new)
    }

    private static func seal(_ head: [UInt8], _ db: Database, _ sealer: Sealer) throws {
        let sealed = try sealer.seal(head, context: headContext)
        try db.executeCached(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [.text(headKey), .blob(sealed)])
    }

    /// Checks the sealed head and the last links. Throws `storeDamaged`.
    static func checkTail(_ db: Database, _ sealer: Sealer) throws {
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM audit ORDER BY seq DESC LIMIT ?", arguments: [tailLength + 1])
        try checkHead(db, sealer, last: rows.first)
        var verifier: AuditVerifier?
        let gaps = try gaps(db)
        for row in rows.reversed() {
            if var current = verifier {
                if let found = try current.take(row) { throw Fault(.storeDamaged, found.reason) }
                verifier = current
            } else {
                let first = try row.decode(Int64.self, forColumn: "seq")
                verifier = AuditVerifier(sequence: first, head: try row.bytes("hash"), gaps: gaps)
            }
        }
    }

    /// Number and hash of the last link as they were sealed, nil where none were.
    static func sealedHead(_ db: Database, _ sealer: Sealer) throws -> (sequence: Int64, head: [UInt8])? {
        let sealed = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [headKey])
        guard let sealed else { return nil }
        let opened = try sealer.open(Array(sealed), context: headContext)
        guard opened.count == 40 else { return nil }
        let sequence = opened.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return (Int64(bitPattern: sequence), Array(opened.dropFirst(8)))
    }

    static func checkHead(_ db: Database, _ sealer: Sealer, last: Row?) throws {
        let sealed = try Data.fetchOne(
            db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [headKey])
        guard let last else {
            guard sealed == nil else { throw Fault(.storeDamaged, "the audit chain is gone") }
            return
        }
        let expected =
            AuditLink.number(try last.decode(Int64.self, forColumn: "seq")) + (try last.bytes("hash"))
        guard let sealed, let opened = try? sealer.open(Array(sealed), context: headContext),
            opened == expected
        else {
            throw Fault(.storeDamaged, "the audit chain does not end where it ended when it was written")
        }
    }
}
