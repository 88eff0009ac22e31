import Synchronization
import USBTransport

/// A bus whose port of the cabinet can be reset and switched; the controller has its power from that port.
final class SwitchedPortHost: USBHost, USBPortRecovery {
    private let lab: CabinetLab
    private let log = Mutex<[String]>([])

    init(_ lab: CabinetLab) { self.lab = lab }

    /// What was done to the port, in order.
    var done: [String] { log.withLock(\.self) }
    var portRecovery: (any USBPortRecovery)? { self }

    func devices() async throws(USBError) -> [USBDeviceInfo] { try await lab.host.devices() }
    func events() async -> AsyncStream<USBHostEvent> { await lab.host.events() }
    func open(_ device: USBDeviceInfo) async throws(USBError) -> any USBConnection {
        try await lab.host.open(device)
    }
    func shutdown() async {}

    func resetPort(of connection: any USBConnection) async throws(USBError) {
        log.withLock { $0.append("reset") }
        await lab.unplug()
        await lab.plug()
    }

    func cyclePower(of device: USBDeviceInfo) async throws(USBError) {
        log.withLock { $0.append("power") }
        await lab.unplug()
        await lab.cabinet.reboot()
        await lab.plug()
    }
}
