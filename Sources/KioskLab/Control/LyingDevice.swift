import SimulatedDevices

/// A device whose configuration descriptor claims more than it holds; everything else is the real one's.
final class LyingDevice: SimulatedUSBDevice {
    private let honest: any SimulatedUSBDevice

    init(_ honest: any SimulatedUSBDevice) { self.honest = honest }

    var deviceDescriptor: [UInt8] { honest.deviceDescriptor }

    var configurationDescriptor: [UInt8] {
        var bytes = honest.configurationDescriptor
        // bNumEndpoints of the first interface (USB 2.0 table 9-12) one higher than there are.
        if bytes.count > 13 { bytes[13] += 1 }
        return bytes
    }

    var strings: [String] { honest.strings }

    func control(_ setup: SimulatedSetup, data: [UInt8]) async -> [UInt8]? { await honest.control(setup, data: data) }

    func receive(_ bytes: [UInt8], endpoint: UInt8) async -> SimulatedTransferResult {
        await honest.receive(bytes, endpoint: endpoint)
    }

    func send(upTo length: Int, endpoint: UInt8) async -> SimulatedTransferResult {
        await honest.send(upTo: length, endpoint: endpoint)
    }

    func attached() async { await honest.attached() }
    func detached() async { await honest.detached() }
}
