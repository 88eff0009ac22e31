import Foundation
import GRDB
import KioskCrypto
import KioskModel

extension Store {
    /// The stored answer to an earlier request with this key, or nil for a new key.
    ///
    /// Throws `apiKeyReused` where the key came with another request.
    public func idempotentReply(_ token: IdempotencyToken) async throws(Fault) -> StoredReply? {
        try await read { [keys] db in try ReplyTable.find(db, token, keys) }
    }
}

/// Answers by Idempotency-Key. The request's fingerprint is sealed too: a request may hold a PIN, and few PINs are
/// tried in no time.
enum ReplyTable {
    private struct Held: Codable {
        let fingerprint: String
        let reply: StoredReply
    }

    /// Older answers are forgotten, so that the table can't grow without end.
    private static let kept = 10_000

    static func insert(
        _ db: Database, _ reply: StoredReply, to token: IdempotencyToken, _ key: (id: String, key: Sealer)
    ) throws {
        let taken = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM reply WHERE token = ?)"), arguments: [token.key])
        guard taken == false else {
            throw Fault(.apiKeyReused, "the key was used while this request ran")
        }
        let held = try StoredJSON.encode(
            Held(fingerprint: token.fingerprint, reply: reply), kind: "reply")
        let sealed = try key.key.seal(held, context: context(token.key))
        try db.executeCached(
            "INSERT INTO reply (token, body, key) VALUES (?, ?, ?)", [.text(token.key), .blob(sealed), .text(key.id)])
        try db.executeCached("DELETE FROM reply WHERE number <= (SELECT MAX(number) FROM reply) - ?", [.init(kept)])
    }

    static func find(_ db: Database, _ token: IdempotencyToken, _ keys: KeyRing) throws
        -> StoredReply?
    {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT body, key FROM reply WHERE token = ?"), arguments: [token.key])
        guard let row else { return nil }
        let key = try keys.key(try row.decode(forColumn: "key"), db)
        let plain = try key.open(try row.bytes("body"), context: context(token.key), row: "a stored reply")
        let held = try StoredJSON.decode(Held.self, plain, row: "a stored reply")
        guard held.fingerprint == token.fingerprint else {
            throw Fault(.apiKeyReused, "the key belongs to another request")
        }
        return held.reply
    }

    private static func context(_ key: String) -> String { "reply/\(key)" }
}
