import GRDB
import KioskCrypto
import KioskModel

/// Signs where the chain stands, now and then, in the transaction that brought it there.
public struct CheckpointSigner: Sendable {
    private let kiosk: String
    private let key: SigningKey
    private let everyLinks: Int64
    private let everyNanoseconds: UInt64

    /// `everyLinks` and `everyMinutes`: a checkpoint is due when either has passed since the last.
    public init(kiosk: String, key: SigningKey, everyLinks: Int = 500, everyMinutes: Int = 60) {
        self.kiosk = kiosk
        self.key = key
        self.everyLinks = Int64(max(1, everyLinks))
        everyNanoseconds = UInt64(max(1, everyMinutes)) * 60_000_000_000
    }

    /// Signs the chain's end where that is due, or at once where `always`; an end that is signed is left alone.
    func sign(_ db: Database, _ sequence: Int64, _ head: [UInt8], at stamp: Stamp, always: Bool) throws {
        guard sequence > 0, try isDue(db, sequence, stamp, always: always) else { return }
        let statement = AuditCheckpoint.Statement(
            kiosk: kiosk, seq: sequence, head: head, boot: stamp.boot, wall: stamp.wall)
        let checkpoint = try AuditCheckpoint(statement, key: key)
        try db.execute(
            sql: "INSERT INTO checkpoint (seq, head, signed, boot, monotonic) VALUES (?, ?, ?, ?, ?)",
            arguments: [sequence, head.data, checkpoint.signed.data, stamp.boot, Int64(clamping: stamp.monotonic)])
    }

    private func isDue(_ db: Database, _ sequence: Int64, _ stamp: Stamp, always: Bool) throws -> Bool {
        let last = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT seq, boot, monotonic FROM checkpoint ORDER BY seq DESC LIMIT 1"))
        guard let last else { return true }
        let links = sequence - (try last.decode(Int64.self, forColumn: "seq"))
        guard links > 0 else { return false }
        if always || links >= everyLinks { return true }
        guard try last.decode(String.self, forColumn: "boot") == stamp.boot else { return true }
        let then = UInt64(clamping: try last.decode(Int64.self, forColumn: "monotonic"))
        return stamp.monotonic >= then && stamp.monotonic - then >= everyNanoseconds
    }
}
