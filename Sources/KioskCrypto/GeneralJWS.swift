import Foundation

/// A General JSON JWS (RFC 7515 section 7.2.1): one payload, several signatures.
public struct GeneralJWS: Codable, Sendable, Hashable {
    public struct Signature: Codable, Sendable, Hashable {
        /// Base64url of the protected header's exact bytes.
        public let protected: String
        public let signature: String

        public init(protected: String, signature: String) {
            self.protected = protected
            self.signature = signature
        }
    }

    /// Base64url of the payload's exact bytes.
    public let payload: String
    public private(set) var signatures: [Signature]

    public init(payload: [UInt8]) {
        self.payload = Base64URL.encode(payload)
        signatures = []
    }

    /// Why a JWS was not accepted.
    public enum Failure: Error, Sendable, Hashable {
        case malformed(String)
        case algorithmNotAllowed(String)
        case signatureInvalid
    }

    /// Parses; throws `Failure.malformed`.
    public init(parsing bytes: [UInt8]) throws(Failure) {
        guard let parsed = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            throw .malformed("not a General JSON JWS")
        }
        self = parsed
    }

    public var payloadBytes: [UInt8]? { Base64URL.decode(payload) }

    /// The bytes that a signature with this header covers: `protected.payload` in base64url (RFC 7515 section 5.1).
    public func signingInput(header: JWSHeader) throws -> [UInt8] {
        Array((Base64URL.encode(try CanonicalJSON.encode(header)) + "." + payload).utf8)
    }

    public mutating func add(_ signature: [UInt8], header: JWSHeader) throws {
        let protected = Base64URL.encode(try CanonicalJSON.encode(header))
        signatures.append(Signature(protected: protected, signature: Base64URL.encode(signature)))
    }

    /// The header of a signature that verifies with `check`, which gets the signing input and the signature.
    ///
    /// The algorithm is the caller's, never the header's: `none` and any other are refused.
    public func verified(
        _ index: Int, algorithm: JWSHeader.Algorithm, check: (_ input: [UInt8], _ signature: [UInt8]) -> Bool
    ) throws(Failure) -> JWSHeader {
        guard signatures.indices.contains(index) else { throw .malformed("signature \(index) is missing") }
        let candidate = signatures[index]
        guard let headerBytes = Base64URL.decode(candidate.protected),
            let signature = Base64URL.decode(candidate.signature), payloadBytes != nil
        else { throw .malformed("not base64url") }
        guard let header = try? JSONDecoder().decode(JWSHeader.self, from: Data(headerBytes)) else {
            throw .malformed("protected header")
        }
        guard header.alg == algorithm.rawValue else { throw .algorithmNotAllowed(header.alg) }
        let input = Array((candidate.protected + "." + payload).utf8)
        guard check(input, signature) else { throw .signatureInvalid }
        return header
    }

    public func encoded() throws -> [UInt8] { try CanonicalJSON.encode(self) }
}

/// The protected header of one signature; members beyond RFC 7515 are the project's own.
public struct JWSHeader: Codable, Sendable, Hashable {
    public enum Algorithm: String, Sendable { case es256 = "ES256", edDSA = "EdDSA" }

    public let alg: String
    public let kid: String
    public let typ: String
    /// SHA-256 of the signer's certificate, base64url (RFC 7515 section 4.1.8).
    public var thumbprint: String?
    /// SHA-256 of the signing evidence's bytes, base64url.
    public var evidence: String?
    /// Where the signing key lives.
    public var custody: String?
    /// SHA-256 of the rule results' bytes, base64url.
    public var rules: String?
    /// How far the kiosk's clock could be believed.
    public var clock: String?

    private enum CodingKeys: String, CodingKey {
        case alg, kid, typ, evidence, custody, rules, clock
        case thumbprint = "x5t#S256"
    }

    public init(algorithm: Algorithm, kid: String, typ: String) {
        alg = algorithm.rawValue
        self.kid = kid
        self.typ = typ
    }
}
