import Crypto
import Foundation
import KioskModel

/// Seals stored values with AES-256-GCM: nonce (12) ‖ ciphertext ‖ tag (16).
///
/// The context is authenticated but not stored: a value moved to another row does not open.
public struct Sealer: Sendable {
    private let key: SymmetricKey

    /// Throws `storeKeyWrong` unless the key has 32 bytes.
    public init(key: [UInt8]) throws(Fault) {
        guard key.count == 32 else { throw Fault(.storeKeyWrong, "the key has \(key.count) bytes, not 32") }
        self.key = SymmetricKey(data: key)
    }

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
}
