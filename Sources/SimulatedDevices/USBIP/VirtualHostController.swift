import Foundation
import KioskPlatform
import USBTransport

/// The kernel's vhci_hcd: imports a device from a USB/IP server and hands its socket to the kernel, as `usbip attach`
/// does (Linux tools/usb/usbip, vhci_driver.c).
///
/// The kernel may have several controllers, each with a high-speed and a super-speed root hub. Slots are numbered through
/// all of them, as in their `status` files: those of the first one's high-speed hub begin at 0.
public struct VirtualHostController: Sendable {
    private static let platform = "/sys/devices/platform"
    private static let folder = platform + "/vhci_hcd.0"

    public init() {}

    /// How many controllers the kernel has; 0 without vhci_hcd.
    public static var count: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: platform)) ?? []
        return names.filter { $0.hasPrefix("vhci_hcd.") }.count
    }

    /// The first high-speed slot of a controller. Throws `SystemCallError` where the kernel has no vhci_hcd.
    public static func firstSlot(ofController number: Int) throws -> Int { try slotsEach() * number }

    /// The path of whatever is attached to a high-speed slot, as the kernel names it: `3-1`.
    ///
    /// Throws `SystemCallError` where the kernel has no vhci_hcd.
    public static func path(ofSlot slot: Int) throws -> String {
        let (controller, port) = try slot.quotientAndRemainder(dividingBy: slotsEach())
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(platform)/vhci_hcd.\(controller)")) ?? []
        // Of a controller's two root hubs the high-speed one is made first.
        let hubs = names.filter { $0.hasPrefix("usb") }.compactMap { Int($0.dropFirst(3)) }
        guard let bus = hubs.min() else { throw SystemCallError("vhci_hcd", code: ENODEV) }
        return "\(bus)-\(port + 1)"
    }

    private static func slotsEach() throws -> Int {
        let text = try? String(contentsOfFile: folder + "/nports", encoding: .utf8)
        let all = text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
        guard count > 0, all >= count else { throw SystemCallError("vhci_hcd", code: ENODEV) }
        return all / count
    }

    /// Attaches a device to a high-speed slot, or to the first free one of the first controller.
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

    /// The wanted slot, or the first one; waits for it, because the kernel lets a device go in its own time.
    private func freePort(_ wanted: Int?) throws -> Int {
        let deadline = ContinuousClock.now + .seconds(10)
        let controller = try (wanted ?? 0) / Self.slotsEach()
        repeat {
            let free = try freePorts(controller)
            if let port = wanted.map({ free.contains($0) ? $0 : nil }) ?? free.first { return port }
            usleep(10_000)
        } while ContinuousClock.now < deadline
        throw SystemCallError("vhci port", code: EBUSY)
    }

    /// A controller's high-speed slots in state 4, VDEV_ST_NULL.
    private func freePorts(_ controller: Int) throws -> [Int] {
        let file = controller == 0 ? "/status" : "/status.\(controller)"
        let status = try String(contentsOfFile: Self.folder + file, encoding: .utf8)
        return status.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            return fields.count > 2 && fields[0] == "hs" && Int(fields[2]) == 4 ? Int(fields[1]) : nil
        }
    }
}
