import Synchronization
import USBTransport

/// The CDC-ACM function (PSTN 1.2 section 5.2.4) of a cabinet's controller: descriptors, line requests, endpoints.
final class CDCACMFunction: Sendable {
    static let bulkOut: UInt8 = 0x01
    private static let bulkIn: UInt8 = 0x81
    private static let notifications: UInt8 = 0x82

    let deviceDescriptor: [UInt8]
    let configurationDescriptor: [UInt8]
    let strings: [String]
    /// What the controller says.
    let output = SimulatedEndpointQueue()
    private let notices = SimulatedEndpointQueue()
    private let listening = Mutex(false)
    /// 115200 baud, 1 stop bit, no parity, 8 bits.
    private let lineCoding = Mutex<[UInt8]>([0x00, 0xC2, 0x01, 0x00, 0, 0, 8])

    init(serial: String) {
        var builder = USBDescriptorBuilder(
            productID: SimulatedDispenser.productID, product: "Medicine cabinet", serial: serial)
        builder.deviceClass = USBInterfaceClass(interfaceClass: 0x02, subclass: 0, interfaceProtocol: 0)
        // CDC 1.2 section 5.2.3: header, call management, abstract control (line coding), union of both interfaces.
        let functional: [[UInt8]] = [
            [5, 0x24, 0x00, 0x10, 0x01], [5, 0x24, 0x01, 0x00, 1], [4, 0x24, 0x02, 0x02], [5, 0x24, 0x06, 0, 1],
        ]
        builder.addInterface(
            number: 0, kind: USBInterfaceClass(interfaceClass: 0x02, subclass: 0x02, interfaceProtocol: 0x01),
            classDescriptors: functional, endpoints: [.interrupt(Self.notifications, maxPacketSize: 16)])
        builder.addInterface(
            number: 1, kind: USBInterfaceClass(interfaceClass: 0x0A, subclass: 0, interfaceProtocol: 0),
            endpoints: [.bulk(Self.bulkOut), .bulk(Self.bulkIn)])
        deviceDescriptor = builder.deviceDescriptor
        configurationDescriptor = builder.configurationDescriptor
        strings = builder.strings
    }

    /// DTR: without it the controller's frames go nowhere.
    var isListening: Bool { listening.withLock { $0 } }

    func setListening(_ on: Bool) {
        listening.withLock { $0 = on }
        output.removeAll()
    }

    func control(_ setup: SimulatedSetup, data: [UInt8]) -> [UInt8]? {
        switch (setup.requestType, setup.request) {
        case (0x21, 0x20):
            guard data.count == 7 else { return nil }
            lineCoding.withLock { $0 = data }
        case (0xA1, 0x21): return lineCoding.withLock { Array($0.prefix(Int(setup.length))) }
        case (0x21, 0x22): setListening(setup.value & 1 != 0)
        default: return nil
        }
        return []
    }

    func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        switch endpoint {
        case Self.bulkIn: await output.next(upTo: length)
        case Self.notifications: await notices.next(upTo: length)
        default: .stall
        }
    }
}
