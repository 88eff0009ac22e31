/// The descriptors of a simulated CCID reader (USB 2.0 section 9.6, USB CCID 1.1 section 5).
enum SimulatedReaderDescriptors {
    static let bulkOut: UInt8 = 0x01
    static let bulkIn: UInt8 = 0x82
    static let interruptIn: UInt8 = 0x83

    static func device(_ options: SimulatedReaderOptions) -> [UInt8] {
        [18, 0x01, 0x00, 0x02, 0, 0, 0, 64] + word(options.vendorID) + word(options.productID)
            + [0x00, 0x01, 1, 2, 3, 1]
    }

    static func configuration(_ options: SimulatedReaderOptions) -> [UInt8] {
        var body: [UInt8] = [9, 0x04, 0, 0, options.hasInterruptEndpoint ? 3 : 2, 0x0B, 0, 0, 0]
        body += classDescriptor(options)
        body += [7, 0x05, bulkOut, 0x02, 64, 0, 0]
        body += [7, 0x05, bulkIn, 0x02, 64, 0, 0]
        if options.hasInterruptEndpoint { body += [7, 0x05, interruptIn, 0x03, 8, 0, 16] }
        // Bus-powered, 100 mA.
        return [9, 0x02] + word(UInt16(9 + body.count)) + [1, 1, 0, 0x80, 50] + body
    }

    private static func classDescriptor(_ options: SimulatedReaderOptions) -> [UInt8] {
        var bytes: [UInt8] = [54, 0x21, 0x10, 0x01, UInt8(clamping: options.slots - 1)]
        // dwProtocols: T=0 and T=1.
        bytes += [options.voltages] + long(3)
        // Clocks 4 MHz, one supported; data rates 10752 to 344086 bit/s, none listed.
        bytes += long(4000) + long(4000) + [0] + long(10_752) + long(344_086) + [0]
        // dwMaxIFSD, dwSynchProtocols, dwMechanical.
        bytes += long(254) + long(0) + long(0)
        bytes += long(options.features) + long(options.maximumMessageLength)
        // Class bytes echoed, no display, no PIN pad, one busy slot.
        bytes += [0xFF, 0xFF, 0, 0, 0, 1]
        let cut = min(max(options.classDescriptorLength, 2), bytes.count)
        return [UInt8(cut)] + bytes[1..<cut]
    }

    private static func word(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }

    private static func long(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
