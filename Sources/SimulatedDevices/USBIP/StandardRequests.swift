import USBTransport

/// The standard requests (USB 2.0 section 9.4) that are answered alike for every simulated device.
struct StandardRequests {
    enum Answer {
        case bytes([UInt8])
        case refused
        /// CLEAR_FEATURE(ENDPOINT_HALT) was done for this endpoint.
        case cleared(endpoint: UInt8)
        case forDevice
    }

    private enum Request {
        static let getStatus: UInt8 = 0
        static let clearFeature: UInt8 = 1
        static let setFeature: UInt8 = 3
        static let getDescriptor: UInt8 = 6
        static let getConfiguration: UInt8 = 8
        static let setConfiguration: UInt8 = 9
        static let getInterface: UInt8 = 10
        static let setInterface: UInt8 = 11
    }

    private static let english: [UInt8] = [4, 3, 0x09, 0x04]

    var halted: Set<UInt8> = []
    private let descriptors: DescriptorSketch
    private var configuration: UInt8
    private var alternates: [UInt8: UInt8] = [:]

    init(_ descriptors: DescriptorSketch) {
        self.descriptors = descriptors
        configuration = descriptors.configurationValue
    }

    /// A device that is imported anew is in its configured state.
    mutating func reset() { self = StandardRequests(descriptors) }

    mutating func answer(_ setup: SimulatedSetup, strings: [String]) -> Answer {
        guard setup.requestType & 0x60 == 0 else { return .forDevice }
        switch (setup.requestType, setup.request) {
        case (0x80, Request.getDescriptor): return descriptor(setup, strings: strings)
        case (0x80, Request.getStatus): return .bytes([descriptors.isSelfPowered ? 1 : 0, 0])
        case (0x81, Request.getStatus): return .bytes([0, 0])
        case (0x82, Request.getStatus):
            return .bytes([halted.contains(UInt8(setup.index & 0xFF)) ? 1 : 0, 0])
        case (0x80, Request.getConfiguration): return .bytes([configuration])
        case (0x00, Request.setConfiguration): return setConfiguration(setup.value)
        case (0x81, Request.getInterface): return .bytes([alternates[UInt8(setup.index & 0xFF)] ?? 0])
        case (0x01, Request.setInterface): return setInterface(setup)
        case (0x02, Request.clearFeature) where setup.value == 0:
            let endpoint = UInt8(setup.index & 0xFF)
            halted.remove(endpoint)
            return .cleared(endpoint: endpoint)
        case (0x02, Request.setFeature) where setup.value == 0:
            halted.insert(UInt8(setup.index & 0xFF))
            return .bytes([])
        default: return .forDevice
        }
    }

    private func descriptor(_ setup: SimulatedSetup, strings: [String]) -> Answer {
        let index = Int(setup.value & 0xFF)
        let bytes: [UInt8]
        switch setup.value >> 8 {
        case 1: bytes = descriptors.device
        case 2 where index == 0: bytes = descriptors.configuration
        case 3 where index == 0: bytes = Self.english
        case 3 where index <= strings.count:
            let text = Array(strings[index - 1].utf16.prefix(126))
            bytes = [UInt8(2 + 2 * text.count), 3] + text.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        case 2, 3: return .refused
        default: return .forDevice
        }
        return .bytes(Array(bytes.prefix(Int(setup.length))))
    }

    private mutating func setConfiguration(_ value: UInt16) -> Answer {
        guard value == 0 || value == UInt16(descriptors.configurationValue) else { return .refused }
        configuration = UInt8(value)
        halted = []
        alternates = [:]
        return .bytes([])
    }

    private mutating func setInterface(_ setup: SimulatedSetup) -> Answer {
        let wanted = DescriptorSketch.Setting(
            interface: UInt8(setup.index & 0xFF), alternate: UInt8(setup.value & 0xFF))
        guard let endpoints = descriptors.settings[wanted] else { return .refused }
        alternates[wanted.interface] = wanted.alternate
        halted.subtract(endpoints)
        return .bytes([])
    }
}

extension SimulatedSetup {
    /// Reads the eight little-endian bytes of a SETUP packet (USB 2.0 table 9-2).
    init?(decoding bytes: [UInt8]) {
        guard bytes.count == 8 else { return nil }
        self.init(
            requestType: bytes[0], request: bytes[1], value: UInt16(bytes[3]) << 8 | UInt16(bytes[2]),
            index: UInt16(bytes[5]) << 8 | UInt16(bytes[4]), length: UInt16(bytes[7]) << 8 | UInt16(bytes[6]))
    }
}
