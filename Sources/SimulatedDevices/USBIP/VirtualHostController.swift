import Foundation
import KioskPlatform
import USBTransport

/// The kernel's vhci_hcd: imports a device from a USB/IP server and hands its socket to the kernel, as `usbip attach`
/// does (Linux tools/usb/usbip, vhci_driver.c).
public struct VirtualHostController: Sendable {
    private static let folder = "/sys/devices/platform/vhci_hcd.0"

    public init() {}

    /// The path of whatever is attached to a port of the high-speed hub, as the kernel names it: `3-1`.
    ///
    /// Throws `SystemCallError` where the kernel has no vhci_hcd.
    public static func path(ofSlot slot: Int) throws -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // Two root hubs: the high-speed one is made first.
        let hubs = names.filter { $0.hasPrefix("usb") }.compactMap { Int($0.dropFirst(3)) }
        guard let bus = hubs.min() else { throw SystemCallError("vhci_hcd", code: ENODEV) }
        return "\(bus)-\(slot + 1)"
    }

    /// Attaches a device to a port of the high-speed hub, or to the first free one.
    ///
    /// Throws `SystemCallError`: no such device, no free port, no vhci_hcd, or not root.
    public func attach(_ busID: String, port: UInt16, slot: Int? = nil) async throws {
        try await onOwnThread("vhci-attach") {
            let stream = try SocketStream.connect(host: "127.0.0.1", port: port)
            try stream.write(USBIPOperation.importDevice(busID: busID).encoded)
            let header = try USBIPOperationHeader(decoding: stream.read(exactly: USBIPWire.operationLength))
            guard header.status == .ok else { throw SystemCallError("import \(busID)", code: EBUSY) }
            let record = try USBIPDeviceRecord(decoding: stream.read(exactly: USBIPDeviceRecord.length))
            let line = "\(try freePort(slot)) \(stream.descriptor) \(record.deviceID) \(record.speed.rawValue)"
            let file = open(Self.folder + "/attach", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { throw SystemCallError("open attach") }
            defer { close(file) }
            // The kernel keeps its own reference to the socket.
            guard write(file, line, line.utf8.count) == line.utf8.count else { throw SystemCallError("attach") }
        }
    }

    /// The wanted port, or the first one; waits for it, because the kernel lets a device go in its own time.
    private func freePort(_ wanted: Int?) throws -> Int {
        let deadline = ContinuousClock.now + .seconds(10)
        repeat {
            let free = try freePorts()
            if let port = wanted.map({ free.contains($0) ? $0 : nil }) ?? free.first { return port }
            usleep(10_000)
        } while ContinuousClock.now < deadline
        throw SystemCallError("vhci port", code: EBUSY)
    }

    /// The high-speed ports in state 4, VDEV_ST_NULL.
    private func freePorts() throws -> [Int] {
        let status = try String(contentsOfFile: Self.folder + "/status", encoding: .utf8)
        return status.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            return fields.count > 2 && fields[0] == "hs" && Int(fields[2]) == 4 ? Int(fields[1]) : nil
        }
    }
}
