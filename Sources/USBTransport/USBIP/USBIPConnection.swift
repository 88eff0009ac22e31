import Synchronization

/// A device imported over USB/IP.
final class USBIPConnection: USBConnection {
    let device: USBDeviceInfo
    let configuration: USBConfiguration
    private let link: USBIPLink
    private let claims = Mutex(USBClaims())

    init(device: USBDeviceInfo, configuration: USBConfiguration, link: USBIPLink) {
        self.device = device
        self.configuration = configuration
        self.link = link
    }

    var isOpen: Bool { link.isOpen }

    func claim(interface: UInt8) async throws(USBError) {
        guard link.isOpen else { throw .noDevice }
        guard configuration.interfaces.contains(where: { $0.number == interface }) else {
            throw .badDescriptor("no interface \(interface)")
        }
        claims.withLock { $0.insert(interface) }
    }

    func release(interface: UInt8) async throws(USBError) { claims.withLock { $0.remove(interface) } }

    func control(_ setup: USBSetup, data: [UInt8], timeout: Duration) async throws(USBError) -> [UInt8] {
        try await link.control(setup, data: data, timeout: timeout)
    }

    func write(_ bytes: [UInt8], to endpoint: UInt8, timeout: Duration) async throws(USBError) -> Int {
        let target = try claims.withLock(\.self).endpoint(endpoint, .hostToDevice, in: configuration)
        try USBClaims.check(writeOf: bytes)
        return try await link.transfer(
            endpoint: endpoint, isDeviceToHost: false, data: bytes, length: bytes.count, interval: target.interval,
            timeout: timeout
        ).moved
    }

    func read(upTo length: Int, from endpoint: UInt8, timeout: Duration) async throws(USBError) -> [UInt8] {
        let claims = claims.withLock(\.self)
        let source = try claims.endpoint(endpoint, .deviceToHost, in: configuration)
        return try await link.transfer(
            endpoint: endpoint, isDeviceToHost: true, length: try USBClaims.readLength(length, of: source),
            interval: source.interval, timeout: timeout
        ).data
    }

    func clearHalt(_ endpoint: UInt8) async throws(USBError) {
        _ = try await link.control(.clearHalt(endpoint), data: [], timeout: .seconds(2))
    }

    func close() async { await link.close() }
}

extension USBIPLink {
    /// A control transfer on endpoint 0; the bytes read, or `[]` for host-to-device.
    func control(_ setup: USBSetup, data: [UInt8], timeout: Duration) async throws(USBError) -> [UInt8] {
        try setup.check(data: data)
        return try await transfer(
            endpoint: 0, isDeviceToHost: setup.isDeviceToHost,
            setup: setup.encoded(dataLength: UInt16(clamping: data.count)), data: data,
            length: setup.isDeviceToHost ? Int(setup.readLength) : data.count, timeout: timeout
        ).data
    }
}
