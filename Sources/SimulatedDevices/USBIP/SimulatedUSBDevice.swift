/// A device at the wire: descriptors and endpoints, nothing above. The USB/IP server exports it.
///
/// The server calls one device from one actor at a time; a device may answer an IN request later.
public protocol SimulatedUSBDevice: AnyObject, Sendable {
    /// The 18-byte device descriptor (USB 2.0 table 9-8).
    var deviceDescriptor: [UInt8] { get }
    /// The whole configuration descriptor with interfaces, class descriptors and endpoints.
    var configurationDescriptor: [UInt8] { get }
    /// String descriptor texts by index, from 1.
    var strings: [String] { get }

    /// A class or vendor control request, or a standard one that the server does not answer itself.
    /// Nil stalls. For device-to-host: the bytes; for host-to-device: anything non-nil accepts.
    func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]?

    /// Bytes arriving at an OUT endpoint.
    func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult

    /// The next bytes for an IN endpoint (address with the direction bit): waits until there are some.
    /// Cancelled when the host unlinks the request or the device is unplugged.
    func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult

    /// The host opened the device anew (import), or let it go.
    func attached() async
    func detached() async

    /// The host cleared an endpoint's halt. True where what the endpoint still had to send is void by that.
    func haltCleared(_ endpoint: UInt8) async -> Bool
}

extension SimulatedUSBDevice {
    public func haltCleared(_ endpoint: UInt8) async -> Bool { false }
}

public struct SimulatedSetup: Sendable, Hashable {
    public let requestType: UInt8
    public let request: UInt8
    public let value: UInt16
    public let index: UInt16
    public let length: UInt16

    public init(requestType: UInt8, request: UInt8, value: UInt16, index: UInt16, length: UInt16) {
        self.requestType = requestType
        self.request = request
        self.value = value
        self.index = index
        self.length = length
    }
}

public enum SimulatedTransferResult: Sendable, Hashable {
    /// IN: the bytes. OUT: the argument is ignored and all bytes count as taken.
    case done([UInt8])
    /// OUT that took only some bytes.
    case short(Int)
    case stall
    /// Never answered; the host's time-out or unlink ends it.
    case hang
}
