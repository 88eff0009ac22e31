import Foundation
import KioskAPIClient
import KioskModel
import KioskPlatform

/// The whole kiosk as separate processes on one machine: laboratory, face service, daemon.
///
/// `script/run`, the demonstration and the integration tests start it the same way.
public final class KioskStack: Sendable {
    public struct Options: Sendable {
        /// Where the four programs are.
        public let binaries: String
        /// Where the face models are; nil runs without.
        public let models: String?

        /// How kioskd reaches the laboratory's devices.
        public let route: LabRoute
        /// Where the face service's pictures come from, as its `--source`; nil is what the laboratory's camera shows.
        public let camera: String?

        /// Whether the platform speaks TLS and asks for the kiosk's certificate.
        public let secured: Bool
        /// Megabytes of disk that kioskd keeps aside.
        public var reserveMB = 0

        /// The firmware's image that runs the cabinet in QEMU; nil runs the controller's code in the laboratory.
        public let firmware: String?

        public init(
            binaries: String, models: String?, route: LabRoute = .usbip, camera: String? = nil, secured: Bool = false,
            firmware: String? = nil
        ) {
            self.firmware = firmware
            self.camera = camera
            self.secured = secured
            self.binaries = binaries
            self.models = models
            self.route = route
        }
    }

    public enum Part: String, Sendable, CaseIterable {
        case lab = "kiosk-lab"
        case vision = "kiosk-visiond"
        case daemon = "kioskd"
    }

    public let folder: LabFolder
    public let options: Options
    private let children = Children()

    public init(folder: LabFolder, options: Options) {
        self.folder = folder
        self.options = options
    }

    public var control: LabControl { LabControl(folder) }
    public var client: KioskAPIClient { KioskAPIClient(socketPath: folder.apiSocket) }

    /// Starts all parts in order and waits until each is ready. Throws `LabError` with the log of the part that is not.
    public func start() async throws {
        try Provisioning.prepare(folder)
        for part in Part.allCases { try await start(part) }
    }

    /// Starts one part and waits until it is ready; `environment` is added to this process's own.
    public func start(_ part: Part, environment: [String: String] = [:]) async throws {
        let child = try ChildProcess(
            options.binaries + "/" + part.rawValue, try await arguments(for: part),
            logPath: folder.logs + "/\(part.rawValue).log",
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 })
        await children.set(part, child)
        let deadline = ContinuousClock.now + .seconds(90)
        while !(await isReady(part)) {
            guard child.isRunning else { throw LabError("\(part.rawValue) ended at once:\n\(child.tail())") }
            guard ContinuousClock.now < deadline else {
                throw LabError("\(part.rawValue) did not become ready:\n\(child.tail())")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// SIGTERM; returns how long it took.
    @discardableResult
    public func stop(_ part: Part) async -> Duration { await children.take(part)?.stop() ?? .zero }

    /// SIGKILL, as a power cut or a crash does it.
    public func kill(_ part: Part) async {
        guard let child = await children.take(part) else { return }
        child.signal(SIGKILL)
        while child.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// Stops what runs, the daemon first.
    public func stop() async { for part in Part.allCases.reversed() { await stop(part) } }

    public func child(_ part: Part) async -> ChildProcess? { await children.get(part) }

    private func arguments(for part: Part) async throws -> [String] {
        switch part {
        case .lab:
            ["serve", folder.path, "--exit-with-stdin"] + (options.route == .kernel ? ["--attach"] : [])
                + (options.secured ? ["--tls"] : []) + ["--reserve-mb", String(options.reserveMB)]
                + (options.firmware.map { ["--firmware", $0] } ?? [])
        case .vision:
            [
                "--socket", folder.visionSocket, "--models", options.models ?? folder.file("no-models"), "--source",
                try await cameraSource(), "--policy", "lab", "--exit-with-stdin",
                // YUYV is 9 MB a second: in an emulated machine the models would get no processor beside it.
                "--camera-format", options.route == .kernel ? "mjpeg" : "yuyv",
            ]
        case .daemon: ["--config", folder.configuration, "--exit-with-stdin"]
        }
    }

    private func cameraSource() async throws -> String {
        if let camera = options.camera { return camera }
        return try await options.route.cameraSource(folder)
    }

    private func isReady(_ part: Part) async -> Bool {
        switch part {
        case .lab: (try? await control.say("status")) != nil
        case .vision:
            (try? await onOwnThread("ready") { [folder] in try SocketStream.connect(unix: folder.visionSocket) }) != nil
        case .daemon: (try? await client.status()) != nil
        }
    }
}

private actor Children {
    private var running: [KioskStack.Part: ChildProcess] = [:]

    func set(_ part: KioskStack.Part, _ child: ChildProcess) { running[part] = child }
    func get(_ part: KioskStack.Part) -> ChildProcess? { running[part] }
    func take(_ part: KioskStack.Part) -> ChildProcess? { running.removeValue(forKey: part) }
}
