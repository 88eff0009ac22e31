import Foundation
import KioskConfig
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore

/// Keys from files that only this service may read.
enum Secrets {
    /// Every key that the store needs. Throws `storeKeyWrong`, `storeKeyExposed` or `configBadValue`.
    static func storeKeys(_ configuration: KioskConfiguration) throws(Fault) -> StoreKeys {
        let next = nextKeyFile(configuration)
        let isChanging = FileManager.default.fileExists(atPath: next)
        return StoreKeys(
            kiosk: try kioskKey(configuration.storeKeyFile), next: isChanging ? try kioskKey(next) : nil,
            recovery: try recoveryKey(configuration),
            signer: CheckpointSigner(
                kiosk: configuration.kiosk.id, key: try deviceKey(configuration),
                everyLinks: configuration.audit.checkpointLinks,
                everyMinutes: configuration.audit.checkpointMinutes))
    }

    /// Beside the key file while a change of keys is under way.
    static func nextKeyFile(_ configuration: KioskConfiguration) -> String { configuration.storeKeyFile + ".next" }

    /// A kiosk key: 64 hexadecimal digits, readable by the service alone.
    static func kioskKey(_ path: String) throws(Fault) -> Sealer {
        try refuseExposed(path)
        guard let key = Hex.decode(try text(path, .storeKeyWrong)) else {
            throw Fault(.storeKeyWrong, "\(path) is not hexadecimal")
        }
        return try Sealer(key: key)
    }

    /// The platform's recovery key, on a machine that reads a dead kiosk's disk. Throws `storeRecoveryKeyWrong` or
    /// `storeKeyExposed`.
    static func recoveryPrivateKey(_ path: String) throws(Fault) -> RecoveryPrivateKey {
        try refuseExposed(path)
        return try RecoveryPrivateKey(pem: try text(path, .storeRecoveryKeyWrong))
    }

    private static func recoveryKey(_ configuration: KioskConfiguration) throws(Fault) -> RecoveryPublicKey? {
        guard let file = configuration.recoveryKeyFile else { return nil }
        return try RecoveryPublicKey(pem: try text(file, .configBadValue))
    }

    /// A key that others can read protects nothing. systemd gives credentials to the service by an access list, which
    /// shows as the group's permission.
    private static func refuseExposed(_ path: String) throws(Fault) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] ?? ""
        let isCredential = !credentials.isEmpty && path.hasPrefix(credentials + "/")
        let refused: mode_t = isCredential ? 0o007 : 0o077
        guard status.st_mode & refused == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw Fault(.storeKeyExposed, "\(path) has mode 0\(mode), not 0600")
        }
    }

    static func deviceKey(_ configuration: KioskConfiguration) throws(Fault) -> SigningKey {
        try SigningKey(pem: try text(configuration.deviceKeyFile, .configBadValue))
    }

    static func text(_ path: String, _ code: FaultCode) throws(Fault) -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Fault(code, "\(path) can't be read")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func bytes(_ path: String, _ code: FaultCode) throws(Fault) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw Fault(code, "\(path) can't be read") }
        return Array(data)
    }
}
