import Foundation
import KioskPlatform
import USBTransport

/// Exports simulated devices over USB/IP on 127.0.0.1, to `USBIPHost` and to the kernel's vhci_hcd alike.
///
/// Every device is listed while it is plugged, imported or not; a second import is answered with "busy".
public actor USBIPServer {
    private static let maximumConnections = 64
    private static let requestLimit = Duration.seconds(5)

    private var ports: [String: USBIPPort] = [:]
    private var deviceCounter: UInt32 = 1
    private var connections: [ObjectIdentifier: SocketStream] = [:]
    private var listener: SocketListener?
    private var accepting: Task<Void, Never>?

    public init() {}

    /// Listens on 127.0.0.1 until `stop`; port 0 takes a free one. Returns the port. Throws `SystemCallError`.
    public func start(port: UInt16 = 0) async throws -> UInt16 {
        guard listener == nil else { throw SystemCallError("start", code: EALREADY) }
        let (listener, actual) = try SocketListener.listen(loopbackPort: port)
        self.listener = listener
        accepting = Task { try? await onOwnThread("usbip-accept") { self.accept(from: listener) } }
        return actual
    }

    /// Plugs a device in as a new arrival; what was at that bus id is unplugged first.
    public func plug(_ device: any SimulatedUSBDevice, at busID: String) async {
        await unplug(busID)
        deviceCounter += 1
        let port = USBIPPort(device: device, busID: busID, deviceNumber: deviceCounter) { [weak self] port in
            await self?.unplug(port)
        }
        ports[busID] = port
    }

    /// Unplugs a device: it is no longer listed, and its connection ends.
    public func unplug(_ busID: String) async {
        if let port = ports.removeValue(forKey: busID) { await port.unplug() }
    }

    /// The bus ids in use, sorted.
    public func plugged() -> [String] { ports.keys.sorted() }

    /// Sets a fault for a device's transfers to come; false where nothing is plugged there.
    @discardableResult
    public func inject(_ fault: USBWireFault, at busID: String) async -> Bool {
        guard let port = ports[busID] else { return false }
        await port.inject(fault)
        return true
    }

    /// The requests that a device has not answered yet.
    public func pendingRequests(at busID: String) async -> Int { await ports[busID]?.pendingRequests ?? 0 }

    /// Ends all connections and the listener, and unplugs all devices.
    public func stop() async {
        listener?.shutdown()
        await accepting?.value
        listener = nil
        accepting = nil
        for busID in ports.keys { await unplug(busID) }
        for stream in connections.values { stream.shutdown() }
    }

    private nonisolated func accept(from listener: SocketListener) {
        while true {
            do {
                guard let stream = try listener.accept() else { return }
                Task { await serve(stream) }
            } catch {
                // Out of descriptors: others may be closed in a moment.
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    private func unplug(_ port: USBIPPort) async {
        guard ports[port.busID] === port else { return }
        await unplug(port.busID)
    }

    private func serve(_ stream: SocketStream) async {
        guard connections.count < Self.maximumConnections, listener != nil else { return stream.shutdown() }
        connections[ObjectIdentifier(stream)] = stream
        defer { connections[ObjectIdentifier(stream)] = nil }
        guard let request = try? await onOwnThread("usbip-request", { try Self.readRequest(stream) }) else {
            return stream.shutdown()
        }
        let outbox = USBIPOutbox(stream)
        switch request {
        case .listDevices: outbox.send(await deviceList())
        case .importDevice(let busID):
            if let port = ports[busID] {
                await USBIPSession(stream: stream, outbox: outbox).run(on: port)
            } else {
                outbox.send(USBIPOperationHeader(code: .replyImport, status: .noDevice).encoded)
            }
        }
        outbox.finish()
    }

    private func deviceList() async -> [UInt8] {
        let entries = ports.values.map(\.listed).sorted { $0.record.busID < $1.record.busID }
        return USBIPOperationHeader(code: .replyDeviceList).encoded + USBIPListedDevice.encodeList(entries)
    }

    private static func readRequest(_ stream: SocketStream) throws -> USBIPOperation {
        let deadline = ContinuousClock.now + requestLimit
        let bytes = try stream.read(exactly: USBIPWire.operationLength, deadline: deadline)
        switch try USBIPOperationHeader(decoding: bytes).code {
        case .requestDeviceList: return .listDevices
        case .requestImport:
            let field = try stream.read(exactly: USBIPWire.busIDLength, deadline: deadline)
            return .importDevice(busID: try USBIPOperation.decodeBusID(field))
        case .replyDeviceList, .replyImport: throw USBIPWireError("a reply where a request was expected")
        }
    }
}
