import Crypto
import Foundation
import KioskModel
import KioskPlatform

/// A folder of model files; what it gives are bytes whose SHA-256 is the manifest's.
public struct ModelStore: Sendable {
    /// A folder's models, checked.
    struct Contents {
        var models: [ModelFile.Purpose: (file: ModelFile, bytes: [UInt8])] = [:]
        let leastThreshold: Double?
    }

    private let folder: String
    private let manifest: @Sendable () throws(Fault) -> ModelManifest

    /// Models that are pinned here: for laboratories.
    public init(folder: String, manifest: ModelManifest = .standard) {
        self.folder = folder
        self.manifest = { manifest }
    }

    /// Models by a list that the platform signed: for production.
    public init(folder: String, signed: SignedManifest) {
        self.folder = folder
        manifest = { () throws(Fault) in try signed.load() }
    }

    /// No list was named: `faceModelsMissing` would be the wrong next step.
    public static func unsigned(folder: String) -> ModelStore {
        ModelStore(folder: folder) { () throws(Fault) -> ModelManifest in
            throw Fault(.facePolicyUnsigned, "no --model-list was given", device: "camera")
        }
    }

    private init(folder: String, _ manifest: @escaping @Sendable () throws(Fault) -> ModelManifest) {
        self.folder = folder
        self.manifest = manifest
    }

    /// Reads every model. The bytes that were hashed are the bytes that are returned.
    ///
    /// Throws `faceModelsMissing` naming the file, `faceModelTampered`, or `facePolicyUnsigned` for the list.
    func read() throws(Fault) -> Contents {
        let manifest = try self.manifest()
        var contents = Contents(leastThreshold: manifest.leastThreshold)
        for file in manifest.files { contents.models[file.purpose] = (file, try read(file)) }
        for purpose in ModelFile.Purpose.allCases where contents.models[purpose] == nil {
            throw Fault(.faceModelsMissing, "the manifest names no \(purpose.rawValue)")
        }
        return contents
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
