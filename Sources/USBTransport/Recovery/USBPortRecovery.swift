/// What only the machine that a device hangs on can do for it; a bus over the network has none of it.
public protocol USBPortRecovery: Sendable {
    /// Resets the port of an opened device; it may be gone after that and come back as another generation.
    func resetPort(of connection: any USBConnection) async throws(USBError)

    /// Resets the port of a listed device that nobody has open, without a word to the device: it may not answer any more.
    func resetPort(of device: USBDeviceInfo) async throws(USBError)

    /// Switches the power of a port off and on, by its path; what hangs on it comes back as another generation.
    func cyclePower(ofPort path: String) async throws(USBError)
}

extension USBHost {
    public var portRecovery: (any USBPortRecovery)? { nil }
}
