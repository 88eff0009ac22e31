import Synchronization
import USBTransport

/// A vendor-class device for transport tests: what arrives at bulk OUT 0x01 comes back at bulk IN 0x81, packets
/// for interrupt IN 0x82 are set by the test, and vendor requests store and return a block of bytes.
///
/// Bulk OUT 0x03 takes bytes and keeps them (`sunk`); bulk IN 0x83 never has any.
public final class EchoDevice: SimulatedUSBDevice {
    /// Vendor requests; OUT 0x40 and IN 0xC0.
    public enum Request {
        /// IN: what `write` stored, or `hello`.
        public static let read: UInt8 = 1
        /// OUT: stores the data.
        public static let write: UInt8 = 2
        /// OUT: sends the data as one interrupt packet.
        public static let interrupt: UInt8 = 3
        /// OUT: halts the endpoint in wIndex at its next transfer.
        public static let stall: UInt8 = 4
        /// IN: never answered.
        public static let hang: UInt8 = 5
        /// IN: the last 4 bytes of the count of bytes sunk, little-endian.
        public static let sunk: UInt8 = 6
    }

    public static let productID: UInt16 = 0x0001

    private struct State {
        var stored = Array("hello".utf8)
        var sunk = 0
        var stalling: Set<UInt8> = []
    }

    public let deviceDescriptor: [UInt8]
    public let configurationDescriptor: [UInt8]
    public let strings: [String]
    private let state = Mutex(State())
    private let echo = SimulatedEndpointQueue()
    private let interrupts = SimulatedEndpointQueue()
    private let silence = SimulatedEndpointQueue()
    private let mute = SimulatedEndpointQueue()

    /// Other descriptors than its own make it lie about itself.
    public init(
        serial: String = "ECHO-1", deviceDescriptor: [UInt8]? = nil, configurationDescriptor: [UInt8]? = nil
    ) {
        var builder = USBDescriptorBuilder(productID: Self.productID, product: "Echo", serial: serial)
        builder.addInterface(
            number: 0, kind: USBInterfaceClass(interfaceClass: 0xFF, subclass: 0, interfaceProtocol: 0),
            endpoints: [.bulk(0x01), .bulk(0x81), .interrupt(0x82), .bulk(0x03), .bulk(0x83)])
        self.deviceDescriptor = deviceDescriptor ?? builder.deviceDescriptor
        self.configurationDescriptor = configurationDescriptor ?? builder.configurationDescriptor
        strings = builder.strings
    }

    /// Bytes taken at 0x03 since the device was attached.
    public var sunk: Int { state.withLock(\.sunk) }

    public func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? {
        switch (setup.requestType, setup.request) {
        case (0xC0, Request.read): return state.withLock { Array($0.stored.prefix(Int(setup.length))) }
        case (0x40, Request.write): state.withLock { $0.stored = data }
        case (0x40, Request.interrupt): interrupts.push(data)
        case (0x40, Request.stall): _ = state.withLock { $0.stalling.insert(UInt8(setup.index & 0xFF)) }
        case (0xC0, Request.sunk):
            let count = UInt32(truncatingIfNeeded: sunk)
            return (0..<4).map { UInt8(count >> (8 * UInt32($0)) & 0xFF) }
        case (0xC0, Request.hang): _ = await mute.next(upTo: 1)
        default: return nil
        }
        return []
    }

    public func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        if takeStall(endpoint) { return .stall }
        switch endpoint {
        case 0x01: echo.push(bytes)
        case 0x03: state.withLock { $0.sunk += bytes.count }
        default: return .stall
        }
        return .done([])
    }

    public func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        if takeStall(endpoint) { return .stall }
        switch endpoint {
        case 0x81: return await echo.next(upTo: length)
        case 0x82: return await interrupts.next(upTo: length)
        case 0x83: return await silence.next(upTo: length)
        default: return .stall
        }
    }

    public func attached() async {
        state.withLock { $0 = State() }
        echo.removeAll()
        interrupts.removeAll()
    }

    public func detached() async {}

    private func takeStall(_ endpoint: UInt8) -> Bool { state.withLock { $0.stalling.remove(endpoint) != nil } }
}
