import Foundation
import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// The newest signed statement of where the chain stands; nil before the first.
    public func latestCheckpoint() async throws(Fault) -> AuditCheckpoint? {
        try await checkpoint(sql: "SELECT signed FROM checkpoint ORDER BY seq DESC LIMIT 1")
    }

    /// The newest checkpoint, unless the platform has countersigned it already: what there is to send.
    public func unwitnessedCheckpoint() async throws(Fault) -> AuditCheckpoint? {
        try await checkpoint(
            sql: """
                SELECT signed FROM checkpoint
                WHERE seq = (SELECT MAX(seq) FROM checkpoint) AND countersignature IS NULL
                """)
    }

    /// Keeps the platform's countersignature of a checkpoint; keeping it twice changes nothing.
    ///
    /// Throws `registryBadSignature` where `key` did not make it, and `auditBroken` where the platform has witnessed
    /// another chain than the one that is here.
    public func keep(_ witness: AuditWitness, verifiedBy key: EnvelopeKey) async throws(Fault) {
        guard witness.verifies(with: key), let signature = Hex.decode(witness.signature) else {
            throw Fault(.registryBadSignature, "the platform's countersignature of link \(witness.sequence)")
        }
        try await write { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT head, signed FROM checkpoint WHERE seq = ?", arguments: [witness.sequence])
            guard let row else {
                throw Fault(.auditBroken, "the platform knows a checkpoint \(witness.sequence) that is not here")
            }
            let statement = try Self.checkpoint(row).statement
            guard statement.kiosk == witness.kiosk, Hex.encode(try row.bytes("head")) == witness.head else {
                throw Fault(.auditBroken, "the platform has witnessed another link \(witness.sequence)")
            }
            try db.execute(
                sql: "UPDATE checkpoint SET countersignature = ? WHERE seq = ? AND countersignature IS NULL",
                arguments: [signature.data, witness.sequence])
        }
    }

    /// Signs the chain's end where a checkpoint is due by time, though nothing new is written.
    public func signCheckpointIfDue() async throws(Fault) {
        let stamp = clock.stamp()
        try await write { [keys] db in
            let chain = try AuditChain(db, at: stamp)
            try chain.sign(db, keys, always: false)
        }
    }

    private func checkpoint(sql: String) async throws(Fault) -> AuditCheckpoint? {
        try await read { db in try Row.fetchOne(db, sql: sql).map(Self.checkpoint) }
    }

    private static func checkpoint(_ row: Row) throws -> AuditCheckpoint {
        do {
            return try AuditCheckpoint(parsing: try row.bytes("signed"))
        } catch is GeneralJWS.Failure {
            throw Fault(.storeDamaged, "a checkpoint can't be read")
        }
    }
}
