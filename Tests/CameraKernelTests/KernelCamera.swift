import CJPEG
import Foundation
import KioskPlatform
import KioskTestSupport
import SimulatedDevices
import Testing

/// A simulated camera behind this kernel's vhci_hcd: uvcvideo drives it, libv4l2 opens it.
///
/// The kernel is changed by these tests: they take part where the environment says so, in a virtual machine.
final class KernelCamera: Sendable {
    static let isWanted = ProcessInfo.processInfo.environment["KIOSK_CAMERA_KERNEL"] == "1"
    /// A count that the environment may set.
    static func count(_ name: String, _ otherwise: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? otherwise
    }

    private static let busID = "1-5"

    let folder = TemporaryFolder("kernel-camera")
    let camera: SimulatedCamera
    private let server = USBIPServer()
    private let port: UInt16
    private let serial = "CAMERA-\(UInt16.random(in: 0...UInt16.max))"

    private init() async throws {
        camera = SimulatedCamera(folder: folder.path, serial: serial)
        port = try await server.start()
    }

    static func run(_ body: (KernelCamera) async throws -> Void) async throws {
        let bench = try await KernelCamera()
        do {
            try await bench.plug()
            try await body(bench)
        } catch {
            await bench.server.stop()
            throw error
        }
        await bench.server.stop()
        let gone = await eventually { bench.node() == nil }
        #expect(gone, "the node outlived its camera")
    }

    func plug() async throws {
        await server.plug(camera, at: Self.busID)
        try await VirtualHostController().attach(Self.busID, port: port)
    }

    func unplug() async { await server.unplug(Self.busID) }

    var hasNoNode: Bool { node() == nil }

    /// The device node, once the kernel has made it and it can be opened.
    func path() async throws -> String {
        let found = await eventually(within: .seconds(30)) { [self] in
            node().map { access($0, R_OK | W_OK) == 0 } ?? false
        }
        try #require(found, "uvcvideo made no node: \(Self.nodes())")
        return try #require(node())
    }

    private func node() -> String? {
        Self.nodes().first { name in
            let device = "/sys/class/video4linux/\(name)/device/../serial"
            // A camera has a second node, for its metadata.
            return Self.text(device) == serial && Self.text("/sys/class/video4linux/\(name)/index") == "0"
        }.map { "/dev/\($0)" }
    }

    static func nodes() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/video4linux")) ?? []).sorted()
    }

    /// A node by what its driver calls it.
    static func node(named prefix: String) -> String? {
        nodes().first { text("/sys/class/video4linux/\($0)/name")?.hasPrefix(prefix) ?? false }.map { "/dev/\($0)" }
    }

    private static func text(_ path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Pictures of one shade each, one after the other.
    func show(shades: [UInt8]) throws {
        for (index, shade) in shades.enumerated() {
            let rgb = [UInt8](repeating: shade, count: 640 * 480 * 3)
            var jpeg = [UInt8](repeating: 0, count: 640 * 480 * 4 + 4096)
            var length = jpeg.count
            try #require(cjpeg_encode(rgb, 640, 480, 90, &jpeg, &length) == 0)
            try AtomicFile.write(Array(jpeg.prefix(length)), to: folder.file("\(10 + index).jpg"))
        }
    }
}
