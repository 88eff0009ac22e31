import CUSB

extension LibUSBHost: USBPortRecovery {
    public nonisolated var portRecovery: (any USBPortRecovery)? { self }

    public nonisolated func resetPort(of connection: any USBConnection) async throws(USBError) {
        guard let connection = connection as? LibUSBConnection else { throw .failed("not a connection of this bus") }
        try await connection.resetPort()
    }

    public nonisolated func resetPort(of device: USBDeviceInfo) async throws(USBError) {
        try await resetUnopened(device)
    }

    public nonisolated func cyclePower(ofPort path: String) async throws(USBError) {
        try await switchPower(ofPort: path)
    }
}
