import Crypto
import Foundation
import KioskModel

/// An ECDSA P-256 key in memory, for ES256 (RFC 7518 section 3.4): the kiosk's device key.
public struct SigningKey: Sendable {
    private let key: P256.Signing.PrivateKey

    public init() { key = P256.Signing.PrivateKey() }

    /// Throws `internalError` where the text is no PKCS#8 or SEC1 PEM key for P-256.
    public init(pem: String) throws(Fault) {
        do {
            key = try P256.Signing.PrivateKey(pemRepresentation: pem)
        } catch {
            throw Fault(.internalError, "the device key is not a P-256 key in PEM form")
        }
    }

    public var pem: String { key.pemRepresentation }
    public var verifyingKey: VerifyingKey { VerifyingKey(key.publicKey) }

    /// 64 bytes, r ‖ s.
    public func sign(_ message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message).rawRepresentation) }
}

/// An ECDSA P-256 public key.
public struct VerifyingKey: Sendable {
    private let key: P256.Signing.PublicKey

    init(_ key: P256.Signing.PublicKey) { self.key = key }

    /// Throws `registryBadSignature` where the text is no P-256 public key in PEM form.
    public init(pem: String) throws(Fault) {
        do {
            key = try P256.Signing.PublicKey(pemRepresentation: pem)
        } catch {
            throw Fault(.registryBadSignature, "not a P-256 public key in PEM form")
        }
    }

    public var pem: String { key.pemRepresentation }

    /// Whether 64 bytes r ‖ s are a signature over the message's SHA-256.
    public func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return key.isValidSignature(parsed, for: message)
    }
}

extension P256.Signing.ECDSASignature {
    /// 64 bytes r ‖ s of an ASN.1 DER signature, as smart cards give it.
    public static func rawFromDER(_ der: [UInt8]) -> [UInt8]? {
        (try? P256.Signing.ECDSASignature(derRepresentation: der)).map { Array($0.rawRepresentation) }
    }
}
