/// The interfaces that one connection has claimed; transfers are for their endpoints alone.
struct USBClaims: Sendable {
    /// The most bytes of one bulk or interrupt transfer.
    static let maximumTransfer = 1 << 20

    private(set) var numbers: Set<UInt8> = []

    mutating func insert(_ number: UInt8) { numbers.insert(number) }
    mutating func remove(_ number: UInt8) { numbers.remove(number) }

    /// The endpoint for a transfer. Throws where the descriptors know none, or its interface is not claimed.
    func endpoint(
        _ address: UInt8, _ direction: USBEndpoint.Direction, in configuration: USBConfiguration
    ) throws(USBError) -> USBEndpoint {
        let name = "endpoint 0x" + String(address, radix: 16)
        for interface in configuration.interfaces {
            guard let endpoint = interface.endpoints.first(where: { $0.address == address }) else { continue }
            guard endpoint.direction == direction else { throw .badDescriptor("\(name) goes the other way") }
            guard endpoint.transfer == .bulk || endpoint.transfer == .interrupt else {
                throw .badDescriptor("\(name) is neither bulk nor interrupt")
            }
            guard numbers.contains(interface.number) else {
                throw .failed("interface \(interface.number) is not claimed")
            }
            return endpoint
        }
        throw .badDescriptor("no \(name)")
    }

    /// The length of a read, rounded up to whole packets.
    static func readLength(_ length: Int, of endpoint: USBEndpoint) throws(USBError) -> Int {
        guard length > 0, length <= maximumTransfer else { throw .failed("a read of \(length) bytes") }
        let packet = max(1, endpoint.maxPacketSize)
        return (length + packet - 1) / packet * packet
    }

    static func check(writeOf bytes: [UInt8]) throws(USBError) {
        guard bytes.count <= maximumTransfer else { throw .failed("a write of \(bytes.count) bytes") }
    }
}
