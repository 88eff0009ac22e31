import Foundation
import KioskConfig
import KioskCrypto
import KioskModel

/// Keys from files that only this service may read.
enum Secrets {
    /// The store's key: 64 hexadecimal digits. Throws `storeKeyWrong`.
    static func storeSealer(_ configuration: KioskConfiguration) throws(Fault) -> Sealer {
        guard let key = Hex.decode(try text(configuration.storeKeyFile, .storeKeyWrong)) else {
            throw Fault(.storeKeyWrong, "\(configuration.storeKeyFile) is not hexadecimal")
        }
        return try Sealer(key: key)
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
