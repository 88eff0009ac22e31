import KioskModel

/// What can go wrong on the bus, the same for every transport.
public enum USBError: Error, Sendable, Hashable {
    /// `moved`: the bytes that were transferred before the time ran out; nil where the transport can't know.
    case timeout(moved: Int?)
    /// The endpoint is halted; `clearHalt` may revive it.
    case stall
    /// The device is gone, or its generation is.
    case noDevice
    /// The device sent more than was asked for.
    case overflow
    case cancelled
    case accessDenied
    /// The interface is held by another program or a kernel driver.
    case busy
    /// The descriptors contradict themselves or the request; the text says how.
    case badDescriptor(String)
    /// The USB/IP server can't be reached or breaks its protocol.
    case serverUnreachable(String)
    /// Anything else the bus reports.
    case failed(String)

    /// The row of the fault table, for a device in a role.
    public func fault(role: String) -> Fault {
        switch self {
        case .timeout(let moved):
            Fault(.usbTimeout, moved.map { "\($0) bytes moved" } ?? "bytes moved not known", device: role)
        case .stall: Fault(.usbTransferFailed, "endpoint stalled", device: role)
        case .noDevice: Fault(.usbDisconnected, device: role)
        case .overflow: Fault(.usbTransferFailed, "device sent too much", device: role)
        case .cancelled: Fault(.usbTransferFailed, "cancelled", device: role)
        case .accessDenied: Fault(.usbAccessDenied, device: role)
        case .busy: Fault(.usbBusy, device: role)
        case .badDescriptor(let text): Fault(.usbBadDescriptor, text, device: role)
        case .serverUnreachable(let text): Fault(.usbServerUnreachable, text, device: role)
        case .failed(let text): Fault(.usbTransferFailed, text, device: role)
        }
    }
}
