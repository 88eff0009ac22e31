import ArgumentParser
import CameraCapture

extension V4L2FrameSource.Encoding: ExpressibleByArgument {}

/// `v4l2:/dev/…`, `folder:/path` or `file:/path`.
enum SourceOption: ExpressibleByArgument {
    case camera(path: String)
    case folder(path: String)
    case file(path: String)

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[1].hasPrefix("/") else { return nil }
        switch parts[0] {
        case "v4l2": self = .camera(path: String(parts[1]))
        case "folder": self = .folder(path: String(parts[1]))
        case "file": self = .file(path: String(parts[1]))
        default: return nil
        }
    }

    /// `format` is how a camera's pictures come over the bus; folders and files have their own.
    func frameSource(allowsVirtual: Bool, format: V4L2FrameSource.Encoding) -> any FrameSource {
        switch self {
        case .camera(let path):
            CameraLease(V4L2FrameSource(path: path, allowsVirtual: allowsVirtual, prefers: format))
        case .folder(let path): FolderFrameSource(folder: path)
        case .file(let path): VideoFileSource(path: path)
        }
    }
}
