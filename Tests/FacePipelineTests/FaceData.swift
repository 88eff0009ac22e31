import CameraCapture
import FacePipeline
import Foundation
import KioskModel
import Testing

/// The photographs and models that some tests need: `KIOSK_FACES` and `KIOSK_MODELS` name their folders. Neither is
/// part of the project, so where they are absent those tests are skipped and say so.
enum FaceData {
    static let faces = ProcessInfo.processInfo.environment["KIOSK_FACES"] ?? ""
    static let models = ProcessInfo.processInfo.environment["KIOSK_MODELS"] ?? ""
    static let absent: Comment =
        "KIOSK_FACES and KIOSK_MODELS do not name folders with the photographs and the models: not run"

    static var isThere: Bool {
        FileManager.default.fileExists(atPath: faces + "/person-a-1.jpg")
            && ModelManifest.standard.files.allSatisfy {
                FileManager.default.fileExists(atPath: "\(models)/\($0.name)")
            }
    }

    /// The threshold that fused pictures begin with.
    static let threshold = 0.49

    static func frame(_ name: String) throws -> Frame {
        try FrameDecoder.jpeg(Data(contentsOf: URL(fileURLWithPath: "\(faces)/\(name).jpg")), upright: true)
    }

    static func scanner(showing names: [String], policy: ScanPolicy = .lab) throws -> FaceScanner {
        scanner(MemoryFrameSource(try names.map { try frame($0) }), policy: policy)
    }

    static func scanner(_ source: any FrameSource, policy: ScanPolicy = .lab) -> FaceScanner {
        FaceScanner(source: source, models: ModelStore(folder: models), policy: policy)
    }

    static func enrol(_ names: [String], policy: ScanPolicy = .lab) async throws -> [FaceTemplate] {
        try await scanner(showing: names, policy: policy).capture(count: names.count, timeLimit: 20)
    }

    static func request(
        _ templates: [FaceTemplate], threshold: Double = threshold, timeLimit: Double = 20
    ) -> FaceScanRequest {
        FaceScanRequest(
            doctor: "doctor-1", nonce: [UInt8](repeating: 7, count: 32),
            prescriptionDigest: [UInt8](repeating: 9, count: 32), templates: templates, threshold: threshold,
            timeLimit: timeLimit)
    }
}
