import CJPEG
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

/// A simulated camera on a USB/IP bus, and a host that speaks to it without a kernel between.
final class CameraBench: Sendable {
    static let busID = "1-5"

    let folder: TemporaryFolder
    let camera: SimulatedCamera
    let server = USBIPServer()
    let host: USBIPHost

    private init() async throws {
        folder = TemporaryFolder("camera")
        camera = SimulatedCamera(folder: folder.path)
        await server.plug(camera, at: Self.busID)
        host = USBIPHost(host: "127.0.0.1", port: try await server.start(), pollInterval: .milliseconds(20))
    }

    static func run(_ body: (CameraBench) async throws -> Void) async throws {
        let bench = try await CameraBench()
        do {
            try await body(bench)
        } catch {
            await bench.end()
            throw error
        }
        await bench.end()
    }

    /// Opens the camera with its streaming interface claimed.
    func open(after generation: UInt64 = 0) async throws -> any USBConnection {
        let host = host
        let found = try await eventually {
            try await host.devices().contains { $0.generation > generation }
        }
        try #require(found, "the camera did not arrive")
        let device = try #require(try await host.devices().first { $0.generation > generation })
        let connection = try await host.open(device)
        try await connection.claim(interface: 0)
        try await connection.claim(interface: 1)
        return connection
    }

    private func end() async {
        await host.shutdown()
        await server.stop()
    }
}

/// A JPEG of one colour, or with a bright half on the left.
func samplePicture(width: Int, height: Int, shade: UInt8, leftShade: UInt8? = nil) -> [UInt8] {
    var rgb = [UInt8](repeating: shade, count: width * height * 3)
    if let leftShade {
        for row in 0..<height {
            for byte in 0..<(width / 2 * 3) { rgb[row * width * 3 + byte] = leftShade }
        }
    }
    var jpeg = [UInt8](repeating: 0, count: width * height * 6 + 4096)
    var length = jpeg.count
    guard cjpeg_encode(rgb, Int32(width), Int32(height), 85, &jpeg, &length) == 0 else { return [] }
    return Array(jpeg.prefix(length))
}
