/// What a technician can ask of the USB devices below their drivers, by role.
public protocol DeviceService: Sendable {
    /// What the bus and the recovery know of a device. Throws `apiNotFound` for a role that no USB device has.
    func report(of role: String) async throws(Fault) -> USBDeviceReport
    /// Opens the device anew, clears its halted endpoints, then resets it by its class and its port, as far as that can
    /// be done here; gives what was done. Its driver starts afresh.
    func reset(_ role: String) async throws(Fault) -> [String]
    /// Switches the port's power off and on. Throws `usbPortFixed` where this machine can't.
    func cyclePower(of role: String) async throws(Fault)
    /// Records the transfers with a device for a while, from a fresh opening on; gives JSON lines that hold nothing of a
    /// person. Throws `usbRecordingFailed`.
    func record(_ role: String, for duration: Duration) async throws(Fault) -> String
}
