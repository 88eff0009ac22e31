import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    /// The rungs of the ladder that only the kernel can climb: `libusb_reset_device`, and a port's `disable` file.
    @Suite(.enabled(if: USBTransportKind.isLibUSBWanted, "needs a kernel with vhci_hcd, and root"))
    struct KernelRecovery {
        private static func write(_ connection: any USBConnection) async -> USBError? {
            await usbError { () throws(USBError) in
                try await connection.write([1, 2, 3], to: 0x01, timeout: .seconds(5))
            }
        }

        private static func reopened(_ bench: USBBench) async throws -> any USBConnection {
            let connection = try await bench.host.open(bench.arrival())
            try await connection.claim(interface: 0)
            return connection
        }

        @Test(.timeLimit(.minutes(1)))
        func `a port's reset ends a halt, and the device answers`() async throws {
            try await USBBench.run(.libusb) { bench in
                let first = try await bench.openEcho()
                await bench.inject(.stall(endpoint: 0x01))
                #expect(await Self.write(first) == .stall)
                await first.close()
                let stuck = try await Self.reopened(bench)
                #expect(await Self.write(stuck) == .stall, "opening it anew is not enough")
                try await #require(bench.host.portRecovery).resetPort(of: stuck)
                await stuck.close()
                let again = try await Self.reopened(bench)
                #expect(await Self.write(again) == nil)
                #expect(try await again.read(upTo: 64, from: 0x81, timeout: .seconds(5)) == [1, 2, 3])
                await again.close()
            }
        }

        /// vhci_hcd's ports tell no connection when their power comes back: the device is attached anew.
        @Test(.timeLimit(.minutes(1)))
        func `a device whose port loses its power departs, and the port serves the next one`() async throws {
            try await USBBench.run(.libusb) { bench in
                let connection = try await bench.openEcho()
                let device = try await bench.arrival()
                await connection.close()
                let events = await bench.host.events()
                try await #require(bench.host.portRecovery).cyclePower(ofPort: device.path)
                var departed = false
                for await event in events {
                    if case .departed(let gone) = event, gone.path == device.path { departed = true }
                    if departed { break }
                }
                #expect(departed)
                await bench.unplug()
                let next = try await bench.openEcho()
                #expect(next.device.generation > device.generation)
                #expect(await Self.write(next) == nil)
                await next.close()
            }
        }
    }
}
