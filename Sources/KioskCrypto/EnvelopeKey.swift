import Crypto
import KioskModel

/// The Ed25519 public key that signs what the platform sends down: registry and rulebook.
public struct EnvelopeKey: Sendable {
    private let key: Curve25519.Signing.PublicKey

    /// `hex`: 32 bytes in 64 digits. Throws `registryBadSignature` for anything else.
    public init(hex: String) throws(Fault) {
        guard let bytes = Hex.decode(hex), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            throw Fault(.registryBadSignature, "the public key is not 64 hexadecimal digits")
        }
        self.key = key
    }

    public func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: message)
    }
}

/// The private half, for those who issue envelopes (the platform, a laboratory).
public struct EnvelopeSigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    public init() { key = Curve25519.Signing.PrivateKey() }

    /// `privateHex`: 32 bytes in 64 digits. Throws `registryBadSignature` for anything else.
    public init(privateHex: String) throws(Fault) {
        guard let bytes = Hex.decode(privateHex), let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { throw Fault(.registryBadSignature, "the private key is not 64 hexadecimal digits") }
        self.key = key
    }

    public var privateHex: String { Hex.encode(key.rawRepresentation) }

    public var publicHex: String { Hex.encode(key.publicKey.rawRepresentation) }

    public func sign(_ message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message)) }
}
