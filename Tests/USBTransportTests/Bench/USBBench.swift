import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

/// A host under test, and the simulated devices it meets through its own transport.
final class USBBench: Sendable {
    static let busID = "1-1"

    let kind: USBTransportKind
    let host: any USBHost
    let server: USBIPServer
    private let kernel: VirtualHostController?
    private let port: UInt16

    init(_ kind: USBTransportKind) async throws {
        self.kind = kind
        server = USBIPServer()
        port = try await server.start()
        switch kind {
        case .usbip:
            kernel = nil
            host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(20))
        case .libusb:
            kernel = VirtualHostController()
            host = try LibUSBHost()
        }
    }

    /// Runs a test body and puts everything away after it, whatever happened.
    static func run(_ kind: USBTransportKind, _ body: (USBBench) async throws -> Void) async throws {
        let bench = try await USBBench(kind)
        do {
            try await body(bench)
        } catch {
            await bench.end()
            throw error
        }
        await bench.end()
    }

    /// `slot`: of the kernel's virtual controllers, where they take part.
    func plug(_ device: any SimulatedUSBDevice, at busID: String = busID, slot: Int? = nil) async throws {
        await server.plug(device, at: busID)
        try await kernel?.attach(busID, port: port, slot: slot)
    }

    func unplug(_ busID: String = busID) async { await server.unplug(busID) }

    func inject(_ fault: USBWireFault) async { await server.inject(fault, at: Self.busID) }

    /// Waits until this many transfers are with the device, unanswered.
    func transfersInFlight(_ count: Int) async throws {
        let reached = await eventually { await self.server.pendingRequests(at: Self.busID) >= count }
        try #require(reached, "the transfers did not reach the device")
    }

    /// Waits for the device under test on the host's list.
    func arrival(after generation: UInt64 = 0) async throws -> USBDeviceInfo {
        let found = try await eventually { try await self.device(after: generation) != nil }
        try #require(found, "the device did not arrive")
        return try #require(try await device(after: generation))
    }

    /// Waits until the host no longer lists it.
    func departure() async throws {
        let gone = try await eventually { try await self.device() == nil }
        try #require(gone, "the device did not depart")
    }

    func device(after generation: UInt64 = 0) async throws -> USBDeviceInfo? {
        try await host.devices().first {
            $0.vendorID == USBDescriptorBuilder.vendorID && $0.productID == EchoDevice.productID
                && $0.generation > generation
        }
    }

    /// Plugs an echo device in, opens it and claims its interface.
    func openEcho(_ device: EchoDevice = EchoDevice()) async throws -> any USBConnection {
        try await plug(device)
        let connection = try await host.open(arrival())
        try await connection.claim(interface: 0)
        return connection
    }

    private func end() async {
        await host.shutdown()
        await server.stop()
    }
}

/// The error that an operation ended with, or nil where it succeeded.
func usbError(_ body: () async throws(USBError) -> some Any) async -> USBError? {
    do throws(USBError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
