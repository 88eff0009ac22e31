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
}

extension LabBus {
    /// The port of the virtual host controller that it is attached to.
    var slot: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
