import Foundation
import KioskModel

/// A folder of JPEGs in the place of a camera: looked through anew at each scan, in the order of the names, repeated.
///
/// Links are followed. Damaged files are counted and skipped. It always counts as simulated.
public struct FolderFrameSource: FrameSource {
    private let folder: String
    private let framesPerSecond: Double

    public init(folder: String, framesPerSecond: Double = 15) {
        self.folder = folder
        self.framesPerSecond = min(max(framesPerSecond, 0.1), 120)
    }

    public var identity: String { "folder:\(folder)" }
    public var isSimulated: Bool { true }

    public func probe() async -> Fault? {
        do throws(Fault) {
            _ = try list()
            return nil
        } catch {
            return error
        }
    }

    public func open() async throws(Fault) -> any FrameSession {
        FolderFrameSession(
            identity: identity, files: try list(), interval: .seconds(1 / framesPerSecond))
    }

    /// The most files that are looked at, against a folder that somebody fills by mistake.
    private static let mostFiles = 1000

    private func list() throws(Fault) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw Fault(.faceNoCamera, "the folder \(folder) is missing or unreadable", device: "camera")
        }
        let pictures = names.filter {
            let name = $0.lowercased()
            return !name.hasPrefix(".") && (name.hasSuffix(".jpg") || name.hasSuffix(".jpeg"))
        }
        guard !pictures.isEmpty else {
            throw Fault(.faceNoCamera, "the folder \(folder) holds no JPEG", device: "camera")
        }
        return pictures.sorted().prefix(Self.mostFiles).map { "\(folder)/\($0)" }
    }
}
