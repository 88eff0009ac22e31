import Foundation
import KioskModel
import KioskPlatform

/// A camera of the kernel's (V4L2 through libv4l2): YUYV at 640 × 480 where it can, MJPEG otherwise.
///
/// Cameras made of software (vivid, v4l2loopback, …) are refused unless allowed, and then count as simulated.
public struct V4L2FrameSource: FrameSource {
    /// How pictures come over the bus.
    public enum Encoding: String, Sendable, CaseIterable { case yuyv, mjpeg }

    private let path: String
    private let allowsVirtual: Bool
    private let choice: CameraChoice
    private let prefers: Encoding

    /// `path` is a device node or a link to one, such as those of `/dev/v4l/by-path`.
    ///
    /// YUYV is preferred unless told otherwise: liveness is measured on pixels that no JPEG has touched.
    public init(
        path: String, choice: CameraChoice = .any, allowsVirtual: Bool = false, prefers: Encoding = .yuyv
    ) {
        self.choice = choice
        self.prefers = prefers
        self.path = path
        self.allowsVirtual = allowsVirtual
    }

    public var identity: String { "v4l2:\(path)" }
    /// Asked anew each time: the camera behind a node may be another one by now.
    public var isSimulated: Bool { allowsVirtual || USBIdentity.isLaboratory(videoNode: path) }

    public func probe() async -> Fault? {
        guard access(path, R_OK | W_OK) == 0 else {
            return Fault(.faceNoCamera, "\(SystemCallError("open \(path)"))", device: "camera")
        }
        let objection = choice.objection(to: USBIdentity.of(videoNode: path), at: path)
        return objection.map { Fault(.faceCameraRefused, $0, device: "camera") }
    }

    public func open() async throws(Fault) -> any FrameSession {
        let (path, choice, allowsVirtual, prefers) = (path, choice, allowsVirtual, prefers)
        do {
            let device = try await onOwnThread("camera-open") {
                try V4L2Device(path: path, choice: choice, allowsVirtual: allowsVirtual, prefers: prefers)
            }
            return V4L2Session(device)
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(.faceNoCamera, "\(error)", device: "camera")
        }
    }
}
