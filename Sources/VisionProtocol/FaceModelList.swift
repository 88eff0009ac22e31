import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform

/// What the platform signs for the faces of its kiosks: the models, and the threshold that was calibrated for exactly
/// these under the production policy. kioskd and kiosk-visiond each check it for themselves.
public struct FaceModelList: Codable, Sendable, Hashable {
    public struct Model: Codable, Sendable, Hashable {
        public let name: String
        /// `detector`, `embedder`, `livenessNear` or `livenessFar`.
        public let purpose: String
        /// Lower-case hex.
        public let sha256: String

        public init(name: String, purpose: String, sha256: String) {
            self.name = name
            self.purpose = purpose
            self.sha256 = sha256
        }
    }

    public let list: String
    /// Only ever goes up; kioskd refuses an older list.
    public let sequence: UInt64
    public let models: [Model]
    /// Cosine similarity of the fused pictures and the mean template; `kiosk-visiond calibrate` proposes it.
    public let threshold: Double

    public static let type = "kiosk-face-models+jws"
    private static let longest = 64 * 1024

    public init(list: String, sequence: UInt64, models: [Model], threshold: Double) {
        self.list = list
        self.sequence = sequence
        self.models = models
        self.threshold = threshold
    }

    /// Reads and checks a list. Throws `facePolicyUnsigned` naming what is wrong.
    public init(envelope bytes: [UInt8], key: EnvelopeKey, lastSequence: UInt64 = 0) throws(Fault) {
        let payload: [UInt8]
        do throws(GeneralJWS.Failure) {
            payload = try SignedEnvelope.open(bytes, key: key, type: Self.type)
        } catch {
            throw Self.refused("\(error)")
        }
        guard let list = try? JSONDecoder().decode(Self.self, from: Data(payload)) else {
            throw Self.refused("signed, but not a list of models")
        }
        guard list.sequence >= lastSequence else {
            throw Self.refused("sequence \(list.sequence), last seen \(lastSequence)")
        }
        guard (0.30...0.95).contains(list.threshold) else { throw Self.refused("threshold \(list.threshold)") }
        guard (1...16).contains(list.models.count), list.models.allSatisfy(\.isWellFormed) else {
            throw Self.refused("a model's name or SHA-256")
        }
        self = list
    }

    /// Reads the files that an operator names. Throws `facePolicyUnsigned`.
    public init(file: String, keyFile: String, lastSequence: UInt64 = 0) throws(Fault) {
        func read(_ path: String) throws(Fault) -> [UInt8] {
            do throws(SystemCallError) {
                return try BoundedFile.read(path, limit: Self.longest)
            } catch {
                throw Self.refused("\(path): \(error)")
            }
        }
        let hex = String(decoding: try read(keyFile), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let key = try? EnvelopeKey(hex: hex) else {
            throw Self.refused("\(keyFile) does not hold 64 hexadecimal digits")
        }
        try self.init(envelope: try read(file), key: key, lastSequence: lastSequence)
    }

    public func envelope(signedBy key: EnvelopeSigningKey) throws -> [UInt8] {
        try SignedEnvelope.seal(try CanonicalJSON.encode(self), key: key, keyName: list, type: Self.type)
    }

    /// What kioskd holds a verdict against; `least` is a threshold that the kiosk's own configuration asks for.
    public func policy(least: Double) -> FacePolicy {
        FacePolicy(threshold: max(threshold, least), models: Set(models.map(\.sha256)))
    }

    private static func refused(_ why: String) -> Fault { Fault(.facePolicyUnsigned, why, device: "camera") }
}

extension FaceModelList.Model {
    /// A name is a file in the models' folder, never a way out of it.
    fileprivate var isWellFormed: Bool {
        let digits = Set("0123456789abcdef".utf8)
        return sha256.utf8.count == 64 && sha256.utf8.allSatisfy(digits.contains) && (1...128).contains(name.utf8.count)
            && !name.hasPrefix(".") && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
    }
}
