import ArgumentParser
import CameraCapture

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

    func frameSource(allowsVirtual: Bool) -> any FrameSource {
        switch self {
        case .camera(let path): CameraLease(V4L2FrameSource(path: path, allowsVirtual: allowsVirtual))
        case .folder(let path): FolderFrameSource(folder: path)
        case .file(let path): VideoFileSource(path: path)
        }
    }
}
