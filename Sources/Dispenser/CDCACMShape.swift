import USBTransport

/// The interfaces and endpoints of a CDC-ACM function (PSTN 1.2), as the descriptors give them.
struct CDCACMShape: Sendable, Hashable {
    private static let communications: UInt8 = 0x02
    private static let data: UInt8 = 0x0A

    let controlInterface: UInt8
    let dataInterface: UInt8
    let bulkOut: UInt8
    let bulkIn: UInt8
    let readLength: Int

    /// Nil where the configuration has no such function.
    init?(_ configuration: USBConfiguration) {
        guard let control = configuration.interface(class: Self.communications) else { return nil }
        let union = Self.subordinate(of: control)
        let candidates = configuration.interfaces.filter {
            $0.kind.interfaceClass == Self.data && $0.alternate == 0 && (union == nil || $0.number == union)
        }
        for interface in candidates {
            guard let output = interface.endpoint(.bulk, .hostToDevice),
                let input = interface.endpoint(.bulk, .deviceToHost)
            else { continue }
            controlInterface = control.number
            dataInterface = interface.number
            bulkOut = output.address
            bulkIn = input.address
            readLength = max(1, input.maxPacketSize)
            return
        }
        return nil
    }

    /// The data interface that the union descriptor names (CDC 1.2 section 5.2.3.2).
    private static func subordinate(of control: USBInterface) -> UInt8? {
        let union = control.classDescriptors.first { $0.count >= 5 && $0[1] == 0x24 && $0[2] == 0x06 }
        return union.map { $0[4] }
    }
}
