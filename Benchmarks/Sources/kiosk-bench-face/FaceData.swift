import FacePipeline
import Foundation

/// The folders of models and photographs; neither is part of the project.
struct FaceData: Sendable {
    let models: String
    let faces: String

    /// Nil where one of them is not named, or lacks a file.
    init?(_ environment: [String: String]) {
        guard let models = environment["KIOSK_MODELS"], let faces = environment["KIOSK_FACES"] else { return nil }
        let needed = ModelManifest.standard.files.map { "\(models)/\($0.name)" } + ["\(faces)/person-a-1.jpg"]
        guard needed.allSatisfy({ FileManager.default.isReadableFile(atPath: $0) }) else { return nil }
        (self.models, self.faces) = (models, faces)
    }
}
