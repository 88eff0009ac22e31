import Foundation
import KioskCrypto
import KioskModel
import KioskTestSupport
import Testing
import VisionProtocol

@testable import FacePipeline

/// In production the list of models and the threshold are the platform's, or there is no face.
@Suite(.timeLimit(.minutes(1))) struct FaceModelListTests {
    private let folder = TemporaryFolder("list")
    private let key = EnvelopeSigningKey()

    private func list(
        sequence: UInt64 = 3, threshold: Double = 0.5, models: [FaceModelList.Model]? = nil
    ) -> FaceModelList {
        let standard = ModelManifest.standard.files.map {
            FaceModelList.Model(name: $0.name, purpose: $0.purpose.rawValue, sha256: $0.sha256)
        }
        return FaceModelList(list: "faces", sequence: sequence, models: models ?? standard, threshold: threshold)
    }

    /// Writes list and key; gives the manifest that kiosk-visiond takes from them.
    private func write(_ bytes: [UInt8], key hex: String? = nil) throws -> SignedManifest {
        try Data(bytes).write(to: URL(filePath: folder.file("models.jws")))
        try Data((hex ?? key.publicHex).utf8).write(to: URL(filePath: folder.file("models.pub")))
        return SignedManifest(file: folder.file("models.jws"), keyFile: folder.file("models.pub"))
    }

    @Test func `a list that the platform signed gives the models and the threshold`() throws {
        let manifest = try write(try list().envelope(signedBy: key)).load()
        #expect(Set(manifest.files) == Set(ModelManifest.standard.files))
        #expect(manifest.leastThreshold == 0.5)
        #expect(list().policy(least: 0.3).threshold == 0.5)
        #expect(list().policy(least: 0.6).threshold == 0.6)
    }

    @Test func `a list that was changed, signed by another, of another kind, cut or missing is refused`() throws {
        let good = try list().envelope(signedBy: key)
        let other = try list().envelope(signedBy: EnvelopeSigningKey())
        let wrongType = try SignedEnvelope.seal(
            try CanonicalJSON.encode(list()), key: key, keyName: "x", type: "kiosk-registry+jws")
        let noList = try SignedEnvelope.seal(Array("{}".utf8), key: key, keyName: "x", type: FaceModelList.type)
        var flipped = good
        flipped[good.count / 2] ^= 1
        for bytes in [flipped, other, wrongType, noList, Array(good.dropLast(7)), []] {
            let signed = try write(bytes)
            expectRefused { _ = try signed.load() }
        }
        let badKey = try write(good, key: "zz")
        expectRefused { _ = try badKey.load() }
        expectRefused { _ = try SignedManifest(file: "/nonexistent/m", keyFile: "/nonexistent/k").load() }
        _ = try write(good).load()
    }

    @Test func `an older list, a threshold that lets everyone in, and a path for a name are refused`() throws {
        let publicKey = try EnvelopeKey(hex: key.publicHex)
        let hash = String(repeating: "a", count: 64)
        let bad = [
            list(sequence: 1), list(threshold: 0), list(threshold: 0.29), list(threshold: 2), list(models: []),
            list(models: [.init(name: "../x", purpose: "detector", sha256: hash)]),
            list(models: [.init(name: ".hidden", purpose: "detector", sha256: hash)]),
            list(models: [.init(name: "x", purpose: "detector", sha256: "A" + hash.dropFirst())]),
        ]
        for list in bad {
            let envelope = try list.envelope(signedBy: key)
            expectRefused { _ = try FaceModelList(envelope: envelope, key: publicKey, lastSequence: 2) }
        }
    }

    @Test func `a purpose that this program does not know is refused`() throws {
        var models = list().models
        models.append(.init(name: "z", purpose: "mind-reading", sha256: String(repeating: "b", count: 64)))
        let signed = try write(try list(models: models).envelope(signedBy: key))
        expectRefused { _ = try signed.load() }
    }

    @Test func `without a valid list a scanner says so, and its status too`() async throws {
        let signed = try write([])
        let scanner = FaceScanner(
            source: MemoryFrameSource([]), models: ModelStore(folder: FaceData.models, signed: signed),
            policy: .production)
        let fault = await #expect(throws: Fault.self) { try await scanner.verify(FaceData.request([])) }
        #expect(fault?.code == .facePolicyUnsigned)
        #expect(await scanner.status().fault?.code == .facePolicyUnsigned)
    }

    @Test(.enabled(if: FaceData.isThere, FaceData.absent))
    func `a question with a lower threshold than the signed one is refused`() async throws {
        let signed = try write(try list(threshold: 0.6).envelope(signedBy: key))
        let templates = try await FaceData.enrol(["person-a-1", "person-a-2"])
        let scanner = FaceScanner(
            source: MemoryFrameSource([try FaceData.frame("person-a-3")]),
            models: ModelStore(folder: FaceData.models, signed: signed), policy: .lab)
        let fault = await #expect(throws: Fault.self) {
            try await scanner.verify(FaceData.request(templates, threshold: 0.59))
        }
        #expect(fault?.code == .facePolicyUnsigned)
        #expect(try await scanner.verify(FaceData.request(templates, threshold: 0.6)).verdict == .verified)
    }

    private func expectRefused(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("not refused", sourceLocation: sourceLocation)
        } catch {
            #expect((error as? Fault)?.code == .facePolicyUnsigned, "\(error)", sourceLocation: sourceLocation)
        }
    }
}
