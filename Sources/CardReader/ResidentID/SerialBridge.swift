import USBTransport

/// What stands between the USB bulk pair and the reader's serial line (115200 bit/s, 8N1).
///
/// Requests and packet forms as in the Linux drivers ftdi_sio, cp210x and ch341.
enum SerialBridge: Sendable, Hashable, CaseIterable {
    /// No bridge: the module itself is on the bus, and bytes go as they are.
    case none
    case ftdi, cp210x, ch340

    /// By USB ids; udev/60-kiosk.rules has the same.
    static let table: [(vendorID: UInt16, productIDs: [UInt16], bridge: SerialBridge)] = [
        (0x0403, [0x6001, 0x6014, 0x6015], .ftdi), (0x10C4, [0xEA60, 0xEA70], .cp210x),
        (0x1A86, [0x7523, 0x5523], .ch340),
    ]

    init(vendorID: UInt16, productID: UInt16) {
        let row = Self.table.first { $0.vendorID == vendorID && $0.productIDs.contains(productID) }
        self = row?.bridge ?? .none
    }

    /// The requests that set the line, in order, each with its data.
    func setups(interface: UInt8) -> [(setup: USBSetup, data: [UInt8])] {
        let index = UInt16(interface)
        switch self {
        case .none: return []
        case .ftdi:
            // Reset, no flow control, 3 MHz / 26, 8N1, 2 ms of latency.
            return [(0, 0), (2, 0), (3, 26), (4, 0x0008), (9, 2)].map { request, value in
                (USBSetup(requestType: 0x40, request: request, value: value), [])
            }
        case .cp210x:
            return [
                (USBSetup(requestType: 0x41, request: 0x00, value: 1, index: index), []),
                (USBSetup(requestType: 0x41, request: 0x1E, index: index), [0x00, 0xC2, 0x01, 0x00]),
                (USBSetup(requestType: 0x41, request: 0x03, value: 0x0800, index: index), []),
            ]
        case .ch340:
            return [
                (USBSetup(requestType: 0x40, request: 0xA1), []),
                (USBSetup(requestType: 0x40, request: 0x9A, value: 0x1312, index: 0xCC83), []),
                (USBSetup(requestType: 0x40, request: 0x9A, value: 0x2518, index: 0x00C3), []),
            ]
        }
    }

    /// The line's bytes in one IN transfer: FTDI puts two bytes of modem status before each packet.
    func payload(of transfer: [UInt8], packetSize: Int) -> [UInt8] {
        payloadRanges(ofTransfer: transfer.count, packetSize: packetSize).flatMap { transfer[$0] }
    }

    /// Where in a transfer of so many bytes the line's bytes stand.
    func payloadRanges(ofTransfer count: Int, packetSize: Int) -> [Range<Int>] {
        guard self == .ftdi, packetSize > 2 else { return [0..<count] }
        return stride(from: 0, to: count, by: packetSize).compactMap { start in
            let end = min(start + packetSize, count)
            return start + 2 < end ? (start + 2)..<end : nil
        }
    }
}
