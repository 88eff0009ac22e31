import ArgumentParser
import CameraCapture
import FacePipeline
import Foundation
import KioskModel
import KioskPlatform
import Logging
import VisionProtocol

/// Camera and face models behind a Unix socket. It parses untrusted pixels and reaches no network.
struct VisionDaemonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Compares the doctor before the camera with enrolled templates.")

    @Option(help: "The Unix socket to listen on.")
    var socket: String

    @Option(help: "The folder of face models.")
    var models: String

    @Option(help: "The list of models that the platform signed; in production there is no face without it.")
    var modelList: String?

    @Option(help: "The Ed25519 public key that the list is checked with: 64 hexadecimal digits.")
    var modelListKey: String?

    @Option(
        help:
            "Where pictures come from: v4l2:/dev/v4l/by-path/…, folder:/path of JPEGs or file:/path of a Y4M or MJPEG.")
    var source: SourceOption

    @Option(
        name: .customLong("camera-usb"),
        help: "The USB ids of the kiosk's camera, as 046d:0825: no other is used. In production one must be named.")
    var cameraUSB: CameraChoice?

    @Option(
        help:
            "How a V4L2 camera's pictures come over the bus, where it can: yuyv, or mjpeg for a bus that is too slow.")
    var cameraFormat = V4L2FrameSource.Encoding.yuyv

    @Option(help: "lab (one picture decides) or production (at least five over a second).")
    var policy: PolicyOption = .production

    @Option(help: "A further user, by name or id, whose processes may ask; root and this process's own always may.")
    var allowUser: [UserOption] = []

    @Flag(help: "Take a camera made of software; what it shows counts as simulated.")
    var allowVirtualCamera = false

    @Flag(help: "Ends when standard input ends; for laboratories.")
    var exitWithStdin = false

    func validate() throws {
        guard (modelList == nil) == (modelListKey == nil) else {
            throw ValidationError("--model-list and --model-list-key belong together")
        }
    }

    private var store: ModelStore {
        if let modelList, let modelListKey {
            return ModelStore(folder: models, signed: SignedManifest(file: modelList, keyFile: modelListKey))
        }
        return policy == .lab ? ModelStore(folder: models) : .unsigned(folder: models)
    }

    func run() throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Logger(label: "kiosk-visiond")
        let scanner = FaceScanner(
            source: source.frameSource(
                choice: cameraUSB ?? (policy == .lab ? .any : .unnamed), allowsVirtual: allowVirtualCamera,
                format: cameraFormat),
            models: store, policy: policy.scanPolicy)
        let server = VisionServer(socketPath: socket, users: Set(allowUser.map(\.identifier)), service: scanner) {
            logger.warning("\($0)")
        }
        let stop = TerminationSignal()
        if exitWithStdin { exitWithStandardInput() }
        try server.start()
        // Without models or camera it answers with the fault; they are looked for again at every scan.
        Task {
            let status = await scanner.status()
            logger.info("ready", metadata: ["camera": "\(status.address ?? "none")", "state": "\(status.state)"])
            if let fault = status.fault { logger.warning("\(fault)") }
            SystemdNotifier.notify("READY=1")
        }
        stop.wait()
        logger.info("stopping")
        SystemdNotifier.notify("STOPPING=1")
        server.stop()
        // Not exit(): a scan under way must not meet OpenCV's destroyed globals. Nothing is kept, so nothing is lost.
        _exit(0)
    }
}
