import USBTransport

/// What the server must know of a device's descriptors, read without trusting them: a simulated device may lie.
struct DescriptorSketch: Sendable {
    struct Setting: Hashable {
        let interface: UInt8
        let alternate: UInt8
    }

    let device: [UInt8]
    let configuration: [UInt8]
    /// The endpoints of each setting.
    private(set) var settings: [Setting: Set<UInt8>] = [:]
    /// Each interface's class, as its first setting says.
    private(set) var interfaces: [USBInterfaceClass] = []
    private var hasLargeBulkPackets = false

    init(device: [UInt8], configuration: [UInt8]) {
        self.device = device
        self.configuration = configuration
        var current: Setting?
        var rest = configuration[...]
        while let length = rest.first.map(Int.init), length >= 2, length <= rest.count {
            let descriptor = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
            switch (descriptor[1], length) {
            case (4, 9...):
                let setting = Setting(interface: descriptor[2], alternate: descriptor[3])
                current = setting
                settings[setting] = []
                guard setting.alternate == 0 else { continue }
                interfaces.append(
                    USBInterfaceClass(
                        interfaceClass: descriptor[5], subclass: descriptor[6], interfaceProtocol: descriptor[7]))
            case (5, 7...):
                if let current { settings[current]?.insert(descriptor[2]) }
                let packet = UInt16(descriptor[5]) << 8 | UInt16(descriptor[4])
                if descriptor[3] & 3 == 2, packet & 0x7FF > 64 { hasLargeBulkPackets = true }
            default: continue
            }
        }
    }

    var configurationValue: UInt8 { configuration.count > 5 ? configuration[5] : 1 }
    var isSelfPowered: Bool { configuration.count > 7 && configuration[7] & 0x40 != 0 }

    func listed(busID: String, deviceNumber: UInt32) -> USBIPListedDevice {
        let kind = USBInterfaceClass(
            interfaceClass: byte(4), subclass: byte(5), interfaceProtocol: byte(6))
        let record = USBIPDeviceRecord(
            path: "/sys/devices/kiosk-lab/\(busID)", busID: busID, busNumber: 1, deviceNumber: deviceNumber,
            speed: hasLargeBulkPackets ? .high : .full, vendorID: word(8), productID: word(10), bcdDevice: word(12),
            deviceClass: kind, configurationValue: configurationValue, configurationCount: byte(17),
            interfaceCount: UInt8(clamping: interfaces.count))
        return USBIPListedDevice(record: record, interfaces: interfaces)
    }

    private func byte(_ index: Int) -> UInt8 { index < device.count ? device[index] : 0 }
    private func word(_ index: Int) -> UInt16 { UInt16(byte(index + 1)) << 8 | UInt16(byte(index)) }
}
