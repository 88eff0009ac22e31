import SimulatedDevices
import Synchronization
import USBTransport

/// A bus over USB/IP whose ports can be reset and switched: by a true replug of the simulated device.
final class ReplugHost: USBHost, USBPortRecovery {
    private let bench: USBBench
    private let device: EchoDevice
    private let log = Mutex<[String]>([])
    private let refusesReset: Bool

    init(_ bench: USBBench, _ device: EchoDevice, refusesReset: Bool = false) {
        self.bench = bench
        self.device = device
        self.refusesReset = refusesReset
    }

    var done: [String] { log.withLock(\.self) }
    var portRecovery: (any USBPortRecovery)? { self }

    func devices() async throws(USBError) -> [USBDeviceInfo] { try await bench.host.devices() }
    func events() async -> AsyncStream<USBHostEvent> { await bench.host.events() }
    func open(_ device: USBDeviceInfo) async throws(USBError) -> any USBConnection {
        try await bench.host.open(device)
    }
    func shutdown() async {}

    func resetPort(of connection: any USBConnection) async throws(USBError) {
        log.withLock { $0.append("reset") }
        if refusesReset { throw .failed("no such port") }
        await replug()
    }

    func cyclePower(of device: USBDeviceInfo) async throws(USBError) {
        log.withLock { $0.append("power") }
        await replug()
    }

    private func replug() async {
        await bench.unplug()
        await bench.server.plug(device, at: USBBench.busID)
    }
}
