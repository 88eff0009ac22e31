import SimulatedDevices
import Synchronization
import USBTransport

/// A cabinet's controller behind an FTDI bridge at the wire: vendor requests, status bytes, packets without data.
final class FTDIBridge: SimulatedUSBDevice {
    private static let bulkIn: UInt8 = 0x81
    private static let bulkOut: UInt8 = 0x02
    private static let status: [UInt8] = [0x01, 0x60]

    let deviceDescriptor: [UInt8]
    let configurationDescriptor: [UInt8]
    let strings: [String]
    private let cabinet: SimulatedDispenser
    private let requests = Mutex<[String]>([])
    private let idlePackets = Mutex(0)

    init(_ cabinet: SimulatedDispenser) {
        self.cabinet = cabinet
        var builder = USBDescriptorBuilder(productID: 0x6001, product: "FT232R USB UART", serial: "F-1")
        builder.vendorID = 0x0403
        builder.addInterface(
            number: 0, kind: USBInterfaceClass(interfaceClass: 0xFF, subclass: 0xFF, interfaceProtocol: 0xFF),
            endpoints: [.bulk(Self.bulkIn, maxPacketSize: 64), .bulk(Self.bulkOut, maxPacketSize: 64)])
        deviceDescriptor = builder.deviceDescriptor
        configurationDescriptor = builder.configurationDescriptor
        strings = builder.strings
    }

    /// Requests as `number:value` in hexadecimal.
    var seen: [String] { requests.withLock { $0 } }

    func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        guard setup.requestType == 0x40, setup.index == 0 else { return nil }
        requests.withLock {
            $0.append(String(setup.request, radix: 16) + ":" + String(setup.value, radix: 16))
        }
        guard setup.request == 1, setup.value == 0x0101 else { return [] }
        // DTR, as the cabinet's own function knows it.
        return await cabinet.control(
            SimulatedSetup(requestType: 0x21, request: 0x22, value: 3, index: 0, length: 0), data: [])
    }

    func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.bulkOut else { return .stall }
        return await cabinet.receive(bytes, endpoint: 0x01)
    }

    /// Every other packet carries nothing but the status.
    func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        guard endpoint == Self.bulkIn else { return .stall }
        let number = idlePackets.withLock { count -> Int in
            count += 1
            return count
        }
        if number.isMultiple(of: 2) { return .done(Self.status) }
        let result = await cabinet.send(upTo: min(length, 64) - 2, endpoint: 0x81)
        guard case .done(let bytes) = result else { return result }
        return .done(Self.status + bytes)
    }

    func attached() async { await cabinet.attached() }
    func detached() async { await cabinet.detached() }
}
