extension USBSetup {
    /// Kinds of standard descriptors (USB 2.0 table 9-5).
    enum DescriptorKind: UInt16 {
        case device = 1
        case configuration = 2
        case string = 3
    }

    /// GET_DESCRIPTOR (section 9.4.3).
    static func getDescriptor(
        _ kind: DescriptorKind, index: UInt8 = 0, language: UInt16 = 0, length: UInt16
    ) -> USBSetup {
        USBSetup(
            requestType: 0x80, request: 6, value: kind.rawValue << 8 | UInt16(index), index: language,
            readLength: length)
    }

    /// CLEAR_FEATURE(ENDPOINT_HALT) (section 9.4.1).
    static func clearHalt(_ endpoint: UInt8) -> USBSetup {
        USBSetup(requestType: 0x02, request: 1, index: UInt16(endpoint))
    }

    /// The eight bytes on the wire (table 9-2), for host-to-device with this many bytes of data.
    func encoded(dataLength: UInt16) -> [UInt8] {
        let length = isDeviceToHost ? readLength : dataLength
        return [requestType, request] + [value, index, length].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }

    /// Refuses data that does not go with the request's direction, or does not fit in wLength.
    func check(data: [UInt8]) throws(USBError) {
        guard data.isEmpty || !isDeviceToHost else { throw .failed("data for a device-to-host request") }
        guard data.count <= UInt16.max else { throw .failed("a control transfer of \(data.count) bytes") }
    }
}
