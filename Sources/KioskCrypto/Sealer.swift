import Crypto
import Foundation
import KioskModel
import Synchronization

/// Seals stored values with AES-256-GCM: nonce (12) ‖ ciphertext ‖ tag (16).
///
/// The context is authenticated but not stored: a value moved to another row does not open.
public struct Sealer: Sendable {
    private let key: SymmetricKey
    private let name = Name()

    /// Tells keys apart and says nothing of them: 16 hexadecimal digits of a hash of the key.
    public var id: String { name.of(key) }

    /// Throws `storeKeyWrong` unless the key has 32 bytes.
    public init(key: [UInt8]) throws(Fault) {
        guard key.count == 32 else { throw Fault(.storeKeyWrong, "the key has \(key.count) bytes, not 32") }
        self.init(SymmetricKey(data: key))
    }

    /// A new random key.
    public init() { self.init(SymmetricKey(size: .bits256)) }

    private init(_ key: SymmetricKey) { self.key = key }

    public func seal(_ plain: [UInt8], context: String) throws(Fault) -> [UInt8] {
        let box = try? AES.GCM.seal(plain, using: key, authenticating: Array(context.utf8))
        guard let sealed = box?.combined else { throw Fault(.internalError, "AES-GCM failed to seal") }
        return Array(sealed)
    }

    /// Throws `storeKeyWrong` where key, context or bytes do not fit together.
    public func open(_ sealed: [UInt8], context: String) throws(Fault) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return Array(try AES.GCM.open(box, using: key, authenticating: Array(context.utf8)))
        } catch {
            throw Fault(.storeKeyWrong, "a sealed value does not open (\(context))")
        }
    }

    // MARK: Keys under keys

    /// Seals another key with this one.
    public func wrap(_ other: Sealer, context: String) throws(Fault) -> [UInt8] {
        try seal(other.bytes, context: context)
    }

    /// The key that was sealed with this one. Throws `storeKeyWrong`.
    public func unwrap(_ wrapped: [UInt8], context: String) throws(Fault) -> Sealer {
        try Sealer(key: try open(wrapped, context: context))
    }

    /// A name for a value that only holders of the key can make or try: HMAC-SHA-256 under a key of its own.
    public func pseudonym(of value: [UInt8], context: String) -> [UInt8] {
        let own = SymmetricKey(data: Self.derive(key, "kiosk-pseudonym-1/" + context))
        return Array(HMAC<SHA256>.authenticationCode(for: value, using: own))
    }

    /// The key as a key file holds it: 64 hexadecimal digits. For making key files only.
    public var keyFileText: String { Hex.encode(bytes) + "\n" }

    var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

    /// HKDF-SHA-256 (RFC 5869), 32 bytes.
    private static func derive(_ key: SymmetricKey, _ purpose: String) -> [UInt8] {
        let derived = HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: 32)
        return derived.withUnsafeBytes { Array($0) }
    }

    /// A key's id, derived when it is first asked for: of a data key nobody asks.
    private final class Name: Sendable {
        private let text = Mutex<String?>(nil)

        func of(_ key: SymmetricKey) -> String {
            text.withLock { held in
                if let held { return held }
                let made = Hex.encode(Sealer.derive(key, "kiosk-key-id-1").prefix(8))
                held = made
                return made
            }
        }
    }
}
