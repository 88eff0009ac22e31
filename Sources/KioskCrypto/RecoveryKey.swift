import Crypto
import Foundation
import KioskModel

/// The platform's public key for which every data key is wrapped too: a dead board does not take its records with it.
///
/// HPKE in base mode (RFC 9180), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; a wrap is the encapsulated key
/// (65 bytes) ‖ the sealed data key (48).
public struct RecoveryPublicKey: Sendable {
    static let suite = HPKE.Ciphersuite.P256_SHA256_AES_GCM_256
    static let info = Data("kiosk-data-key-1".utf8)
    static let encapsulated = 65

    private let key: P256.KeyAgreement.PublicKey
    /// 16 hexadecimal digits of the SHA-256 of the key's X9.63 form.
    public let id: String

    /// Throws `configBadValue` where the text is no P-256 public key in PEM form.
    public init(pem: String) throws(Fault) {
        guard let key = try? P256.KeyAgreement.PublicKey(pemRepresentation: pem) else {
            throw Fault(.configBadValue, "the recovery key is not a P-256 public key in PEM form")
        }
        self.init(key)
    }

    init(_ key: P256.KeyAgreement.PublicKey) {
        self.key = key
        id = String(Hex.encode(Digest.sha256(Array(key.x963Representation))).prefix(16))
    }

    public var pem: String { key.pemRepresentation }

    /// Seals a data key so that only the recovery key's holder can open it.
    public func wrap(_ dataKey: Sealer, context: String) throws(Fault) -> [UInt8] {
        do {
            var sender = try HPKE.Sender(recipientKey: key, ciphersuite: Self.suite, info: Self.info)
            let sealed = try sender.seal(Data(dataKey.bytes), authenticating: Data(context.utf8))
            return Array(sender.encapsulatedKey + sealed)
        } catch {
            throw Fault(.internalError, "HPKE failed to seal")
        }
    }
}

/// The private half, which never is on a kiosk.
public struct RecoveryPrivateKey: Sendable {
    private let key: P256.KeyAgreement.PrivateKey

    /// A new random key.
    public init() { key = P256.KeyAgreement.PrivateKey() }

    /// Throws `storeRecoveryKeyWrong` where the text is no P-256 private key in PEM form.
    public init(pem: String) throws(Fault) {
        guard let key = try? P256.KeyAgreement.PrivateKey(pemRepresentation: pem) else {
            throw Fault(.storeRecoveryKeyWrong, "the recovery key is not a P-256 private key in PEM form")
        }
        self.key = key
    }

    public var pem: String { key.pemRepresentation }
    public var publicKey: RecoveryPublicKey { RecoveryPublicKey(key.publicKey) }

    /// Throws `storeRecoveryKeyWrong` where the wrap is not for this key, or for another data key.
    public func unwrap(_ wrapped: [UInt8], context: String) throws(Fault) -> Sealer {
        let bytes: [UInt8]
        do {
            let encapsulated = Data(wrapped.prefix(RecoveryPublicKey.encapsulated))
            var recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: RecoveryPublicKey.suite, info: RecoveryPublicKey.info,
                encapsulatedKey: encapsulated)
            let sealed = Data(wrapped.dropFirst(RecoveryPublicKey.encapsulated))
            bytes = Array(try recipient.open(sealed, authenticating: Data(context.utf8)))
        } catch {
            throw Fault(.storeRecoveryKeyWrong, "the recovery key does not open \(context)")
        }
        return try Sealer(key: bytes)
    }
}
