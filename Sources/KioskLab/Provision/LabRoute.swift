import SimulatedDevices

/// How kioskd reaches the laboratory's devices.
public enum LabRoute: Sendable, Hashable {
    /// Straight over USB/IP.
    case usbip
    /// Through the kernel's virtual host controller and libusb, as real devices.
    case kernel

    /// The path by which the transport names a device. Throws `SystemCallError` where the kernel has no vhci_hcd.
    func path(of bus: LabBus) throws -> String {
        switch self {
        case .usbip: bus.rawValue
        case .kernel: try VirtualHostController.path(ofSlot: bus.slot)
        }
    }

    /// Where kiosk-visiond takes its pictures from: USB/IP alone has no video driver, so it looks into the folder.
    ///
    /// Throws `LabError` where the kernel made no video node of the simulated camera.
    func cameraSource(_ folder: LabFolder) async throws -> String {
        switch self {
        case .usbip: "folder:\(folder.camera)"
        case .kernel: "v4l2:\(try await CameraLink.find(at: path(of: .camera)))"
        }
    }
}

extension LabBus {
    /// The port of the virtual host controller that it is attached to.
    var slot: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
