import KioskTestSupport
import SimulatedDevices
import USBTransport

extension USBBench {
    /// The bench's bus with a port that can be reset and switched: both are a true replug of the simulated device.
    func switched(_ device: any SimulatedUSBDevice, refusesReset: Bool = false) -> SwitchedPortHost {
        SwitchedPortHost(host) { () async throws(USBError) in
            if refusesReset { throw .failed("no such port") }
            await self.replug(device)
        } power: {
            await self.replug(device)
        }
    }

    private func replug(_ device: any SimulatedUSBDevice) async {
        await unplug()
        await server.plug(device, at: Self.busID)
    }
}
