import CameraCapture
import Crypto
import Foundation
import KioskModel
import KioskTestSupport
import Testing

@testable import FacePipeline

@Suite(.timeLimit(.minutes(1)))
struct ModelStoreTests {
    private let folder = TemporaryFolder("models")

    /// Files of a few bytes under the manifest's names, and a manifest that pins them.
    private func fill() throws -> ModelManifest {
        ModelManifest(
            files: try ModelManifest.standard.files.map { file in
                let bytes = Data("not a network: \(file.name)".utf8)
                try bytes.write(to: URL(fileURLWithPath: folder.file(file.name)))
                return ModelFile(
                    name: file.name, purpose: file.purpose, sha256: SHA256.hash(data: bytes).hexadecimal)
            })
    }

    @Test func `a missing model is named`() async throws {
        let manifest = try fill()
        try FileManager.default.removeItem(atPath: folder.file("mobilefacenet.onnx"))
        let fault = #expect(throws: Fault.self) {
            try FaceEngine(ModelStore(folder: folder.path, manifest: manifest))
        }
        #expect(fault?.code == .faceModelsMissing)
        #expect(fault?.detail.contains("mobilefacenet.onnx") == true)
    }

    @Test func `a model whose bytes changed is not used`() throws {
        let manifest = try fill()
        try Data("other bytes".utf8).write(to: URL(fileURLWithPath: folder.file("minifasnet_v2_2.7_80x80.onnx")))
        let fault = #expect(throws: Fault.self) {
            try FaceEngine(ModelStore(folder: folder.path, manifest: manifest))
        }
        #expect(fault?.code == .faceModelTampered)
        #expect(fault?.detail.contains("minifasnet_v2_2.7_80x80.onnx") == true)
    }

    @Test func `bytes with the right hash that are no network are refused, not a crash`() throws {
        let manifest = try fill()
        let fault = #expect(throws: Fault.self) {
            try FaceEngine(ModelStore(folder: folder.path, manifest: manifest))
        }
        #expect(fault?.code == .faceModelTampered)
    }

    @Test func `a manifest without a liveness model is not enough`() throws {
        let manifest = ModelManifest(files: try fill().files.filter { $0.purpose != .livenessFar })
        let fault = #expect(throws: Fault.self) {
            try FaceEngine(ModelStore(folder: folder.path, manifest: manifest))
        }
        #expect(fault?.code == .faceModelsMissing)
    }

    @Test(.enabled(if: FaceData.isThere, FaceData.absent))
    func `models that do not give their known answers are not used`() throws {
        let store = ModelStore(folder: FaceData.models)
        _ = try FaceEngine(store)
        var wrong = [SelfTest](repeating: .standard, count: 4)
        wrong[0].embedding[5] += 0.05
        wrong[1].score = 0.5
        wrong[2].box[0] += 10
        wrong[3].liveness = 0.2
        for selfTest in wrong {
            let fault = #expect(throws: Fault.self) { try FaceEngine(store, selfTest: selfTest) }
            #expect(fault?.code == .faceModelTampered)
        }
    }

    @Test func `without models a scan is a fault, and models that come later are used`() async throws {
        let source = FolderFrameSource(folder: folder.path)
        let scanner = FaceScanner(source: source, models: ModelStore(folder: folder.path), policy: .lab)
        let fault = await #expect(throws: Fault.self) { try await scanner.verify(FaceData.request([])) }
        #expect(fault?.code == .faceModelsMissing)
        #expect(await scanner.status().fault?.code == .faceNoCamera)
        guard FaceData.isThere else { return }
        for file in ModelManifest.standard.files {
            try folder.link(file.name, to: "\(FaceData.models)/\(file.name)")
        }
        let later = await #expect(throws: Fault.self) { try await scanner.verify(FaceData.request([])) }
        #expect(later?.code == .faceNotEnrolled)
    }

    @Test func `the list that models are fetched by names the same files and hashes`() throws {
        let list = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../script/models.txt")
        let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let listed = lines.map { $0.split(separator: " ").prefix(2).map(String.init) }
        #expect(listed == ModelManifest.standard.files.map { [$0.name, $0.sha256] })
        #expect(lines.allSatisfy { $0.split(separator: " ").dropFirst(2).allSatisfy { $0.hasPrefix("https://") } })
    }
}
