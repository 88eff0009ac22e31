import Foundation

/// A signed statement of where the audit chain stood: number and hash of a link.
///
/// Who holds one, and the device's public key, can prove of any later copy of the chain that nothing up to that link
/// was changed, left out or put in.
public struct AuditCheckpoint: Codable, Sendable, Hashable {
    /// What the signature covers, as canonical JSON.
    public struct Statement: Codable, Sendable, Hashable {
        public let kiosk: String
        /// The link's number.
        public let seq: Int64
        /// The link's hash, hex.
        public let head: String
        public let boot: String
        /// Milliseconds since 1970 by the kiosk's wall clock.
        public let wall: Int64

        public init(kiosk: String, seq: Int64, head: [UInt8], boot: String, wall: Int64) {
            self.kiosk = kiosk
            self.seq = seq
            self.head = Hex.encode(head)
            self.boot = boot
            self.wall = wall
        }
    }

    /// The protected header's `typ`.
    static let type = "kiosk-checkpoint+json"

    public let statement: Statement
    /// The exact bytes of the General JSON JWS (ES256 by the device key; RFC 7515 section 7.2.1).
    public let signed: [UInt8]

    /// Signs where the chain stands.
    public init(_ statement: Statement, key: SigningKey) throws {
        var jws = GeneralJWS(payload: try CanonicalJSON.encode(statement))
        let header = JWSHeader(algorithm: .es256, kid: statement.kiosk, typ: Self.type)
        try jws.add(key.sign(jws.signingInput(header: header)), header: header)
        self.statement = statement
        signed = try jws.encoded()
    }

    /// Reads a checkpoint without checking its signature. Throws `GeneralJWS.Failure`.
    public init(parsing signed: [UInt8]) throws(GeneralJWS.Failure) {
        let jws = try GeneralJWS(parsing: signed)
        guard let payload = jws.payloadBytes,
            let statement = try? JSONDecoder().decode(Statement.self, from: Data(payload)),
            Hex.decode(statement.head)?.count == 32, statement.seq > 0
        else { throw .malformed("not a checkpoint") }
        self.statement = statement
        self.signed = signed
    }

    /// Throws `GeneralJWS.Failure` unless this device signed exactly this statement.
    public func verify(with key: VerifyingKey) throws(GeneralJWS.Failure) {
        let jws = try GeneralJWS(parsing: signed)
        let header = try jws.verified(0, algorithm: .es256) { key.verifies($1, over: $0) }
        guard header.typ == Self.type, header.kid == statement.kiosk else {
            throw .malformed("another kind of statement")
        }
    }
}
