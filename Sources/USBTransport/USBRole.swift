import KioskModel

/// Which attached device serves a role: by configured port path, or by class where none is configured.
public struct USBRole: Sendable, Hashable {
    /// `reader`, `doctor-reader`, `printer`, `dispenser`.
    public let name: String
    /// The configured port path or bus id; nil takes the first device that matches.
    public let path: String?
    /// The configured USB ids; nil accepts any.
    public let vendorID: UInt16?
    public let productID: UInt16?
    /// The configured serial; nil accepts any. Compared once the device is open.
    public let serial: String?
    /// The interface class that the driver needs (0x0B smart card, 0x07 printer, 0x02 CDC); nil accepts any.
    public let interfaceClass: UInt8?

    public init(
        name: String, path: String? = nil, vendorID: UInt16? = nil, productID: UInt16? = nil,
        serial: String? = nil, interfaceClass: UInt8? = nil
    ) {
        self.name = name
        self.path = path
        self.vendorID = vendorID
        self.productID = productID
        self.serial = serial
        self.interfaceClass = interfaceClass
    }

    public func accepts(_ device: USBDeviceInfo) -> Bool {
        if let path, device.path != path { return false }
        if let vendorID, device.vendorID != vendorID { return false }
        if let productID, device.productID != productID { return false }
        if let interfaceClass { return device.interfaces.contains { $0.interfaceClass == interfaceClass } }
        return true
    }

    /// Whether a device that can't be asked for its serial is the role's, by what the bus lists of it.
    func owns(unopened device: USBDeviceInfo) -> Bool { serial == nil || serial == device.serial }

    /// Why none of the attached devices serves the role: nothing is there, or something else is.
    func notFound(among devices: [USBDeviceInfo]) -> Fault {
        guard let path else { return Fault(.usbNotFound, "no device of its class", device: name) }
        guard let stranger = devices.first(where: { $0.path == path }) else {
            return Fault(.usbNotFound, "no device at \(path)", device: name)
        }
        return Fault(.usbStranger, "\(stranger.ids) at \(path)", device: name)
    }
}
