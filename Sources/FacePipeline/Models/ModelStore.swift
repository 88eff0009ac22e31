import Crypto
import Foundation
import KioskModel
import KioskPlatform

/// A folder of model files; what it gives are bytes whose SHA-256 is the manifest's.
public struct ModelStore: Sendable {
    private let folder: String
    private let manifest: ModelManifest

    public init(folder: String, manifest: ModelManifest = .standard) {
        self.folder = folder
        self.manifest = manifest
    }

    /// Reads every model. The bytes that were hashed are the bytes that are returned.
    ///
    /// Throws `faceModelsMissing` naming the file, or `faceModelTampered`.
    func read() throws(Fault) -> [ModelFile.Purpose: (file: ModelFile, bytes: [UInt8])] {
        var models: [ModelFile.Purpose: (file: ModelFile, bytes: [UInt8])] = [:]
        for file in manifest.files { models[file.purpose] = (file, try read(file)) }
        for purpose in ModelFile.Purpose.allCases where models[purpose] == nil {
            throw Fault(.faceModelsMissing, "the manifest names no \(purpose.rawValue)")
        }
        return models
    }

    private func read(_ file: ModelFile) throws(Fault) -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try BoundedFile.read("\(folder)/\(file.name)", limit: 128 << 20)
        } catch {
            throw Fault(.faceModelsMissing, "\(file.name): \(error)")
        }
        let found = SHA256.hash(data: bytes).hexadecimal
        guard found == file.sha256 else {
            throw Fault(.faceModelTampered, "\(file.name) has SHA-256 \(found), not \(file.sha256)")
        }
        return bytes
    }
}

extension Digest {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
