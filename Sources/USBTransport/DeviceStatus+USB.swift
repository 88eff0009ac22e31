import KioskModel

extension DeviceStatus {
    /// The status of a role by the device that serves it and the trouble it met last.
    public init(role: String, device: USBDeviceInfo?, fault: Fault?) {
        let state: State = fault != nil ? (device == nil ? .missing : .fault) : (device == nil ? .missing : .ready)
        self.init(
            role: role, state: state, address: device?.path, vendorID: device?.vendorID, productID: device?.productID,
            product: device?.product, serial: device?.serial, simulated: device?.isSimulated ?? false, fault: fault)
    }
}
