import USBTransport

/// The descriptors of a recorded device; its manufacturer says that it is a laboratory's, whoever made the original.
struct RecordedDescriptors {
    let device: [UInt8]
    let configuration: [UInt8]
    let strings: [String]
    /// The class of its first interface with endpoints.
    let interfaceClass: UInt8
    let inputs: [UInt8]
    let interrupts: Set<UInt8>

    init(_ recorded: USBRecording.Device) {
        var builder = USBDescriptorBuilder(
            productID: recorded.productID, product: (recorded.product ?? "device") + " (recorded)",
            serial: "LAB-RECORDED")
        builder.vendorID = recorded.vendorID
        builder.bcdDevice = recorded.bcdDevice
        builder.deviceClass = USBInterfaceClass(
            interfaceClass: recorded.deviceClass, subclass: 0, interfaceProtocol: 0)
        var inputs: [UInt8] = []
        var interrupts: Set<UInt8> = []
        for interface in recorded.interfaces {
            let endpoints = interface.endpoints.compactMap { fields -> USBDescriptorBuilder.Endpoint? in
                guard fields.count == 4, let transfer = USBEndpoint.Transfer(rawValue: UInt8(fields[1] & 3)) else {
                    return nil
                }
                let address = UInt8(truncatingIfNeeded: fields[0])
                if address & 0x80 != 0, !inputs.contains(address) { inputs.append(address) }
                if transfer == .interrupt { interrupts.insert(address) }
                return .init(
                    address: address, transfer: transfer, maxPacketSize: UInt16(clamping: fields[2]),
                    interval: UInt8(clamping: fields[3]))
            }
            builder.addInterface(
                number: interface.number, alternate: interface.alternate, kind: interface.kind,
                classDescriptors: interface.classDescriptors.compactMap { RecordedBytes(hexadecimal: $0)?.bytes },
                endpoints: endpoints)
        }
        device = builder.deviceDescriptor
        configuration = builder.configurationDescriptor
        strings = builder.strings
        self.inputs = inputs
        self.interrupts = interrupts
        interfaceClass = recorded.interfaces.first { !$0.endpoints.isEmpty }?.kind.interfaceClass ?? 0
    }
}
