/// What a device says of itself once it is open: its descriptors, read through its own control endpoint.
struct USBIdentity: Sendable {
    /// The most configurations that are looked at.
    private static let maximumConfigurations: UInt8 = 8

    typealias Control = (USBSetup) async throws(USBError) -> [UInt8]

    let descriptor: USBDeviceDescriptor
    let configuration: USBConfiguration
    let manufacturer: String?
    let product: String?
    let serial: String?

    /// Reads and checks everything. `active` is the configuration value that the bus names, 0 for the first.
    ///
    /// Throws `.badDescriptor` where the descriptors lie, or what the transfers met.
    init(active: UInt8, control: Control) async throws(USBError) {
        let length = UInt16(USBDeviceDescriptor.length)
        descriptor = try USBDeviceDescriptor(
            parsing: try await control(.getDescriptor(.device, length: length)))
        configuration = try await Self.configuration(active, of: descriptor, control)
        let language = try await Self.language(control)
        manufacturer = try await Self.string(descriptor.manufacturerIndex, language, control)
        product = try await Self.string(descriptor.productIndex, language, control)
        serial = try await Self.string(descriptor.serialIndex, language, control)
    }

    private static func configuration(
        _ active: UInt8, of descriptor: USBDeviceDescriptor, _ control: Control
    ) async throws(USBError) -> USBConfiguration {
        for index in 0..<min(descriptor.configurationCount, maximumConfigurations) {
            let header = try await control(
                .getDescriptor(.configuration, index: index, length: UInt16(USBConfiguration.headerLength)))
            let total = try USBConfiguration.totalLength(ofHeader: header)
            guard active == 0 || header[5] == active else { continue }
            return try .parse(try await control(.getDescriptor(.configuration, index: index, length: total)))
        }
        throw .badDescriptor("no configuration \(active)")
    }

    private static func language(_ control: Control) async throws(USBError) -> UInt16? {
        try await string { () throws(USBError) in
            USBStringDescriptor.firstLanguage(try await control(.getDescriptor(.string, length: 255)))
        }
    }

    private static func string(
        _ index: UInt8, _ language: UInt16?, _ control: Control
    ) async throws(USBError) -> String? {
        guard index != 0, let language else { return nil }
        return try await string { () throws(USBError) in
            USBStringDescriptor.text(
                try await control(.getDescriptor(.string, index: index, language: language, length: 255)))
        }
    }

    /// A device may refuse its strings and still be a good one.
    private static func string<Value>(_ read: () async throws(USBError) -> Value?) async throws(USBError) -> Value? {
        do { return try await read() } catch .stall { return nil }
    }
}
