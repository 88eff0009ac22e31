import CameraCapture
import FacePipeline
import Foundation
import KioskLab
import KioskModel
import KioskTestSupport
import VisionProtocol

import SimulatedDevices

/// The face service for the agent's tests: the real pipeline behind the real socket; its camera shows photographs.
final class FaceService: Sendable {
    private let server: VisionServer
    private let folder: String

    init(_ rig: AgentRig, camera: (FolderFrameSource) -> any FrameSource = { $0 }) throws {
        folder = rig.folder.camera
        server = VisionServer(
            socketPath: rig.folder.visionSocket,
            service: FaceScanner(
                source: camera(FolderFrameSource(folder: folder)), models: ModelStore(folder: Faces.models ?? ""),
                policy: .lab))
        try server.start()
    }

    func stop() { server.stop() }

    /// The camera sees these photographs, one after the other; none is a covered camera.
    func show(_ names: String...) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        for (index, name) in names.enumerated() {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(index + 1).jpg", withDestinationPath: Faces.photograph("\(name).jpg"))
        }
        if names.isEmpty { try Data(RGBPicture.darkness().jpeg()).write(to: URL(filePath: "\(folder)/1.jpg")) }
    }
}
