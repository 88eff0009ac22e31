import KioskModel
import VisionProtocol

/// The signed list of models that a production kiosk's operator names, read anew whenever models are loaded.
public struct SignedManifest: Sendable, Hashable {
    private let file: String
    private let keyFile: String

    public init(file: String, keyFile: String) {
        self.file = file
        self.keyFile = keyFile
    }

    /// Throws `facePolicyUnsigned`.
    func load() throws(Fault) -> ModelManifest {
        let list = try FaceModelList(file: file, keyFile: keyFile)
        var files: [ModelFile] = []
        for model in list.models {
            guard let purpose = ModelFile.Purpose(rawValue: model.purpose) else {
                throw Fault(.facePolicyUnsigned, "a model for \(model.purpose)", device: "camera")
            }
            files.append(ModelFile(name: model.name, purpose: purpose, sha256: model.sha256))
        }
        return ModelManifest(files: files, leastThreshold: list.threshold)
    }
}
