import KioskModel
import USBTransport

/// Which reader it is, for people and for the question whether it is real.
struct ReaderIdentity: Sendable, Hashable {
    /// The USB port path; the PC/SC name of a reader that is on no USB port.
    let address: String
    let vendorID: UInt16?
    let productID: UInt16?
    let product: String?
    let serial: String?
    /// True for a laboratory's reader, and for any of which nobody can show that it is a real one.
    let isSimulated: Bool
}

extension ReaderIdentity {
    init(_ device: USBDeviceInfo) {
        self.init(
            address: device.path, vendorID: device.vendorID, productID: device.productID, product: device.product,
            serial: device.serial, isSimulated: device.isSimulated)
    }
}

extension DeviceStatus {
    init(role: String, reader: ReaderIdentity?, fault: Fault?) {
        self.init(
            role: role, state: reader == nil ? .missing : fault == nil ? .ready : .fault, address: reader?.address,
            vendorID: reader?.vendorID, productID: reader?.productID, product: reader?.product,
            serial: reader?.serial, simulated: reader?.isSimulated ?? false, fault: fault)
    }
}
