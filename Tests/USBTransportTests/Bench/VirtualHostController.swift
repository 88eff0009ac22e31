import Foundation
import KioskPlatform
import USBTransport

/// The kernel's vhci_hcd: imports a device from a USB/IP server and hands its socket to the kernel, as `usbip attach`
/// does (Linux tools/usb/usbip, vhci_driver.c).
struct VirtualHostController: Sendable {
    private static let folder = "/sys/devices/platform/vhci_hcd.0"

    func attach(_ busID: String, port: UInt16) async throws {
        try await onOwnThread("vhci-attach") {
            let stream = try SocketStream.connect(host: "127.0.0.1", port: port)
            try stream.write(USBIPOperation.importDevice(busID: busID).encoded)
            let header = try USBIPOperationHeader(decoding: stream.read(exactly: USBIPWire.operationLength))
            guard header.status == .ok else { throw SystemCallError("import \(busID)", code: EBUSY) }
            let record = try USBIPDeviceRecord(decoding: stream.read(exactly: USBIPDeviceRecord.length))
            let line = "\(try freePort()) \(stream.descriptor) \(record.deviceID) \(record.speed.rawValue)"
            let file = open(Self.folder + "/attach", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { throw SystemCallError("open attach") }
            defer { close(file) }
            // The kernel keeps its own reference to the socket.
            guard write(file, line, line.utf8.count) == line.utf8.count else { throw SystemCallError("attach") }
        }
    }

    /// The first high-speed port in state 4, VDEV_ST_NULL.
    private func freePort() throws -> Int {
        let status = try String(contentsOfFile: Self.folder + "/status", encoding: .utf8)
        for line in status.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            if fields.count > 2, fields[0] == "hs", Int(fields[2]) == 4, let port = Int(fields[1]) { return port }
        }
        throw SystemCallError("vhci port", code: EBUSY)
    }
}
