import Foundation
import KioskPlatform
import SimulatedDevices

/// What the simulated cameras see, the USB one and the folder: links to pictures, numbered so that they come in order.
struct CameraScene: Sendable {
    let folder: String

    /// Throws `LabError` where a picture does not exist; the scene then stays as it was.
    func show(_ pictures: [String]) throws {
        let files = FileManager.default
        for picture in pictures where !files.fileExists(atPath: picture) { throw LabError("no picture \(picture)") }
        try clear()
        for (index, picture) in pictures.enumerated() {
            let target = URL(fileURLWithPath: picture).standardizedFileURL.path
            try files.createSymbolicLink(atPath: "\(folder)/\(index + 1).jpg", withDestinationPath: target)
        }
    }

    /// The light is off: a picture without one.
    func darken() throws {
        try clear()
        try AtomicFile.write(SimulatedCamera.darkPicture(), to: "\(folder)/dark.jpg", mode: 0o644)
    }

    func clear() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}
