import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import USBTransport

extension USBSuites {
    @Suite struct DeviceDesk {
        private static let role = USBRole(name: "echo", interfaceClass: 0xFF)

        private func desk(_ host: any USBHost) -> (USBDeviceDesk, USBRoleBinding) {
            let binding = USBRoleBinding(host: host, role: Self.role, allowsSimulated: true)
            return (USBDeviceDesk(host: host, transport: "usbip", bindings: [binding]), binding)
        }

        @Test(.timeLimit(.minutes(1)))
        func `a reset over the network opens anew and clears halts; who used the device begins afresh`() async throws {
            try await USBBench.run(.usbip) { bench in
                try await bench.plug(EchoDevice())
                let (desk, binding) = desk(bench.host)
                let used = try await binding.connection()
                for _ in 0..<2 { await binding.drop(try await binding.connection(), after: Fault(.usbTimeout)) }
                #expect(try await desk.reset("echo") == ["opened-anew", "halts-cleared"])
                #expect(!used.isOpen)
                #expect(await binding.recoveryFault == nil)
                let again = try await binding.connection()
                try await again.claim(interface: 0)
                let report = try await desk.report(of: "echo")
                #expect(report.interfaces == ["ff/00/00"] && report.offers == ["reset"] && report.failures == 0)
                #expect(report.recovery.map(\.code) == ["K-USB-011"] && report.recovery.first?.tried == 1)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a role that another service drives is refused with what to do there`() async throws {
            try await USBBench.run(.usbip) { bench in
                let desk = USBDeviceDesk(
                    host: bench.host, transport: "usbip", bindings: [], elsewhere: ["reader": "pcscd drives it"])
                let refused = await expectFault(.apiNotFound) { _ = try await desk.reset("reader") }
                #expect(refused?.detail == "pcscd drives it")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a reset and a power cycle go through the port where the machine can`() async throws {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice()
                try await bench.plug(device)
                let host = bench.switched(device)
                let (desk, binding) = desk(host)
                let first = try await binding.connection().device
                #expect(try await desk.reset("echo").last == "port-reset")
                try await desk.cyclePower(of: "echo")
                #expect(host.done == ["reset", "power"])
                #expect(try await binding.connection().device.generation > first.generation)
                #expect(try await desk.report(of: "echo").offers == ["reset", "power-cycle"])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a technician resets and power-cycles a device that does not open any more`() async throws {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice()
                try await bench.plug(device)
                let host = bench.switched(device)
                let (desk, binding) = desk(host)
                // The second failure is met after the act: it is tried again until it is back.
                host.failOpenings(2)
                #expect(try await desk.reset("echo") == ["port-reset"])
                #expect(host.done == ["reset"])
                host.failOpenings(2)
                try await desk.cyclePower(of: "echo")
                #expect(host.done == ["reset", "power"])
                #expect(try await binding.connection().isOpen)
                #expect(await binding.recovery.failures == 0)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a technician power-cycles the configured port of a device that fell off the bus, and no stranger's`()
            async throws
        {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice()
                let host = SwitchedPortHost(bench.host) { () async throws(USBError) in
                } power: {
                    await bench.server.plug(device, at: USBBench.busID)
                }
                let role = USBRole(name: "echo", path: USBBench.busID, interfaceClass: 0xFF)
                let binding = USBRoleBinding(host: host, role: role, allowsSimulated: true)
                let elsewhere = USBRoleBinding(host: host, role: Self.role, allowsSimulated: true)
                await expectFault(.usbNotFound) { try await elsewhere.cyclePower() }
                #expect(host.done.isEmpty, "nobody knows where it hung")
                try await binding.cyclePower()
                #expect(host.done == ["power"])
                let back = try await binding.connection()
                #expect(await binding.wasReset(back.device))
                let printer = USBRole(name: "printer", path: USBBench.busID, interfaceClass: 7)
                let stranger = USBRoleBinding(host: host, role: printer, allowsSimulated: true)
                await expectFault(.usbStranger) { try await stranger.cyclePower() }
                #expect(host.done == ["power"])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a recording that begins while the device is being opened keeps that connection`() async throws {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice()
                try await bench.plug(device)
                let host = bench.switched(device)
                let binding = USBRoleBinding(host: host, role: Self.role, allowsSimulated: true)
                host.holdOpening()
                let opening = Task { try await binding.connection() }
                await expectEventually { host.holdsOpening }
                let recording = Task { try await binding.record(for: .seconds(600)) }
                await expectEventually { await binding.isRecorded }
                host.releaseOpening()
                let connection = try await opening.value
                try await connection.claim(interface: 0)
                recording.cancel()
                let kinds = try await recording.value.transfers.map(\.kind)
                #expect(kinds == [.claim])
                #expect(connection.isOpen, "a step may have begun on it")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `what can't be done is said with a code, and the device stays in service`() async throws {
            try await USBBench.run(.usbip) { bench in
                try await bench.plug(EchoDevice())
                let (desk, binding) = desk(bench.host)
                await expectFault(.usbPortFixed) { try await desk.cyclePower(of: "echo") }
                await expectFault(.apiNotFound) { _ = try await desk.reset("toaster") }
                #expect(try await binding.connection().isOpen)
                await bench.unplug()
                try await bench.departure()
                await expectFault(.usbNotFound) { _ = try await desk.reset("echo") }
                try await bench.plug(EchoDevice())
                _ = try await bench.arrival()
                #expect(try await binding.connection().isOpen)
            }
        }
    }
}
