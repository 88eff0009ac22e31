/// What only the machine that a device hangs on can do for it; a bus over the network has none of it.
public protocol USBPortRecovery: Sendable {
    /// Resets the port of an opened device; it may be gone after that and come back as another generation.
    func resetPort(of connection: any USBConnection) async throws(USBError)

    /// Switches the power of a device's port off and on; the device comes back as another generation.
    func cyclePower(of device: USBDeviceInfo) async throws(USBError)
}

extension USBHost {
    public var portRecovery: (any USBPortRecovery)? { nil }
}
