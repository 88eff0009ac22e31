import ArgumentParser
import CameraCapture

extension V4L2FrameSource.Encoding: ExpressibleByArgument {}

extension CameraChoice: ExpressibleByArgument {
    public init?(argument: String) { self.init(usb: argument) }
}

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

    /// `choice` is which camera may stand at the path, `format` how its pictures come over the bus.
    func frameSource(
        choice: CameraChoice, allowsVirtual: Bool, format: V4L2FrameSource.Encoding
    ) -> any FrameSource {
        switch self {
        case .camera(let path):
            CameraLease(V4L2FrameSource(path: path, choice: choice, allowsVirtual: allowsVirtual, prefers: format))
        case .folder(let path): FolderFrameSource(folder: path)
        case .file(let path): VideoFileSource(path: path)
        }
    }
}
