import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import USBTransport

extension USBSuites {
    @Suite struct Recovery {
        private static let role = USBRole(name: "echo", interfaceClass: 0xFF)
        private static let failed = Fault(.usbTransferFailed, device: "echo")

        private static var quick: USBRecoveryTiming {
            var timing = USBRecoveryTiming()
            timing.pauses = [.outOfService: .seconds(30)]
            timing.patience = .zero
            return timing
        }

        @Test(.timeLimit(.minutes(1)))
        func `the third failure clears the halt of a device's endpoints`() async throws {
            try await USBBench.run(.usbip) { bench in
                try await bench.plug(EchoDevice())
                let binding = USBRoleBinding(host: bench.host, role: Self.role, allowsSimulated: true)
                for _ in 0..<3 { await binding.drop(try await binding.connection(), after: Self.failed) }
                #expect(await binding.recovery.counts[.retry]?.tried == 2)
                let connection = try await binding.connection()
                #expect(await binding.recovery.counts[.clearHalt]?.tried == 1)
                #expect(await binding.recoveryFault?.code == .usbHaltCleared)
                await binding.worked()
                #expect(await binding.recovery.counts[.clearHalt]?.helped == 1)
                #expect(await binding.recoveryFault == nil)
                #expect(connection.isOpen)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `clearing halts revives an endpoint that stays halted without it`() async throws {
            try await USBBench.run(.usbip) { bench in
                let connection = try await bench.openEcho()
                func write() async -> USBError? {
                    await usbError { () throws(USBError) in
                        try await connection.write([1], to: 0x01, timeout: .seconds(2))
                    }
                }
                await bench.inject(.stall(endpoint: 0x01))
                #expect(await write() == .stall)
                #expect(await write() == .stall)
                try await connection.release(interface: 0)
                await USBRecoveryActions.clearHalts(of: connection, interfaceClass: 0xFF)
                try await connection.claim(interface: 0)
                #expect(await write() == nil)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: [false, true])
        func `a port reset, then its power, bring the device back as a new generation; then it is out of service`(
            refusesReset: Bool
        ) async throws {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice()
                try await bench.plug(device)
                let host = bench.switched(device, refusesReset: refusesReset)
                let binding = USBRoleBinding(host: host, role: Self.role, allowsSimulated: true, timing: Self.quick)
                let first = try await binding.connection().device
                for _ in 0..<4 { await binding.drop(try await binding.connection(), after: Self.failed) }
                if refusesReset {
                    await expectFault(.usbPortReset) { _ = try await binding.connection() }
                } else {
                    let back = try await binding.connection()
                    #expect(host.done == ["reset"])
                    #expect(back.device.generation > first.generation)
                    await binding.drop(back, after: Self.failed)
                }
                let powered = try await binding.connection()
                #expect(host.done == ["reset", "power"])
                #expect(await binding.recovery.rung == .portPower)
                await binding.drop(powered, after: Self.failed)
                let out = await expectFault(.usbOutOfService) { _ = try await binding.connection() }
                #expect(out?.device == "echo")
                #expect(await binding.device == nil)
                // A person who replugs it need not wait for the pause to end.
                await bench.unplug()
                try await bench.departure()
                try await bench.plug(device)
                _ = try await bench.arrival()
                _ = try await binding.connection()
                #expect(await binding.recovery.rung == nil)
            }
        }

        /// One look for the device after each act on its port.
        private static var hurried: USBRecoveryTiming {
            var timing = quick
            timing.comeback = .zero
            return timing
        }

        @Test(.timeLimit(.minutes(1)))
        func `of a device that does not open any more the port is reset, then switched, and it opens again`()
            async throws
        {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice()
                try await bench.plug(device)
                let host = bench.switched(device)
                let binding = USBRoleBinding(host: host, role: Self.role, allowsSimulated: true, timing: Self.hurried)
                // Five to climb, one after the reset, one before the power.
                host.failOpenings(7)
                for _ in 0..<4 { await expectFault(.usbTransferFailed) { _ = try await binding.connection() } }
                #expect(host.done.isEmpty)
                await expectFault(.usbPortReset) { _ = try await binding.connection() }
                #expect(host.done == ["reset"])
                // In the middle of something nothing is reset, though the power is due.
                host.failOpenings(host.openingsToFail + 1)
                await expectFault(.usbTransferFailed) { _ = try await binding.connection(climbs: false) }
                #expect(host.done == ["reset"])
                #expect(try await binding.connection().isOpen)
                #expect(host.done == ["reset", "power"])
                #expect(host.openingsToFail == 0)
                await binding.worked()
                let counts = await binding.recovery.counts
                #expect(counts[.retry]?.tried == 2 && counts[.retry]?.helped == 0)
                #expect(counts[.clearHalt] == nil, "a device that does not open can't be asked to")
                #expect(counts[.portReset]?.tried == 1 && counts[.portReset]?.helped == 0)
                #expect(counts[.portPower]?.tried == 1 && counts[.portPower]?.helped == 1)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a device that its port's reset takes off the bus gets its power switched at once`() async throws {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice()
                try await bench.plug(device)
                let host = SwitchedPortHost(bench.host) { () async throws(USBError) in
                    await bench.unplug()
                } power: {
                    await bench.server.plug(device, at: USBBench.busID)
                }
                let binding = USBRoleBinding(host: host, role: Self.role, allowsSimulated: true, timing: Self.hurried)
                for _ in 0..<4 { await binding.drop(try await binding.connection(), after: Self.failed) }
                let back = try await binding.connection()
                #expect(host.done == ["reset", "power"])
                #expect(back.isOpen)
                #expect(await binding.wasReset(back.device))
                #expect(await binding.recovery.counts[.portPower]?.tried == 1)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a device of another serial that does not open has no port of this role's`() async throws {
            try await USBBench.run(.usbip) { bench in
                let device = EchoDevice(serial: "B")
                try await bench.plug(device)
                let host = bench.switched(device)
                let role = USBRole(name: "echo", serial: "A", interfaceClass: 0xFF)
                let binding = USBRoleBinding(host: host, role: role, allowsSimulated: true, timing: Self.hurried)
                host.failOpenings(20)
                for _ in 0..<6 { _ = try? await binding.connection() }
                await expectFault(.usbTransferFailed) { _ = try await binding.reset() }
                await expectFault(.usbTransferFailed) { try await binding.cyclePower() }
                #expect(host.done.isEmpty)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `departures and good work never climb the ladder`() async throws {
            try await USBBench.run(.usbip) { bench in
                try await bench.plug(EchoDevice())
                let binding = USBRoleBinding(
                    host: bench.host, role: Self.role, allowsSimulated: true, timing: Self.quick)
                for _ in 0..<10 {
                    await binding.drop(try await binding.connection(), after: Fault(.usbDisconnected))
                    await binding.drop(try await binding.connection())
                    await binding.drop(try await binding.connection(), after: Self.failed)
                    await binding.worked()
                }
                #expect(await binding.recovery.rung == nil)
            }
        }
    }

    @Suite struct Roles {
        private static func role(_ name: String, path: String? = nil, serial: String? = nil) -> USBRole {
            USBRole(name: name, path: path, serial: serial, interfaceClass: 0xFF)
        }

        private func expect(
            _ binding: USBRoleBinding, at path: String, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let found = try await binding.connection().device.path
            #expect(found == path, sourceLocation: sourceLocation)
        }

        @Test(.timeLimit(.minutes(1)))
        func `two roles of one class never share a device, and each keeps its own wherever it is plugged`() async throws
        {
            try await USBBench.run(.usbip) { bench in
                let table = USBRoleTable()
                let bind = { (role: USBRole) in
                    USBRoleBinding(host: bench.host, role: role, allowsSimulated: true, table: table)
                }
                let (reader, doctor) = (bind(Self.role("reader")), bind(Self.role("doctor-reader")))
                await bench.server.plug(EchoDevice(serial: "A"), at: "1-1")
                // With one device the first role has it, whoever asks first.
                await expectFault(.usbNotFound) { _ = try await doctor.connection() }
                try await expect(reader, at: "1-1")
                await bench.server.plug(EchoDevice(serial: "B"), at: "1-2")
                try await expect(doctor, at: "1-2")
                // Both come back at the other's place.
                await bench.server.unplug("1-1")
                await bench.server.unplug("1-2")
                await bench.server.plug(EchoDevice(serial: "B"), at: "1-1")
                await bench.server.plug(EchoDevice(serial: "A"), at: "1-2")
                try await expectEventually { try await bench.host.devices().count == 2 }
                let served = try await expectServed(doctor)
                #expect(served == "B")
                let other = try await expectServed(reader)
                #expect(other == "A")
            }
        }

        private func expectServed(_ binding: USBRoleBinding) async throws -> String? {
            try await binding.connection().device.serial
        }

        @Test(.timeLimit(.minutes(1)))
        func `a role without a path leaves the port that another role is bound to`() async throws {
            try await USBBench.run(.usbip) { bench in
                let table = USBRoleTable()
                let free = USBRoleBinding(
                    host: bench.host, role: Self.role("reader"), allowsSimulated: true, table: table)
                let bound = USBRoleBinding(
                    host: bench.host, role: Self.role("doctor-reader", path: "1-1"), allowsSimulated: true, table: table
                )
                await bench.server.plug(EchoDevice(serial: "A"), at: "1-1")
                await expectFault(.usbNotFound) { _ = try await free.connection() }
                try await expect(bound, at: "1-1")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `another device in a bound port is reported and not used`() async throws {
            try await USBBench.run(.usbip) { bench in
                await bench.server.plug(EchoDevice(serial: "A"), at: "1-1")
                let roles = [
                    USBRole(name: "printer", path: "1-1", interfaceClass: 7),
                    USBRole(name: "reader", path: "1-1", vendorID: 0x1234),
                    Self.role("reader", path: "1-1", serial: "B"),
                ]
                for role in roles {
                    let binding = USBRoleBinding(host: bench.host, role: role, allowsSimulated: true)
                    let met = await expectFault(.usbStranger) { _ = try await binding.connection() }
                    #expect(met?.detail.hasPrefix("1209:0001 at 1-1") == true)
                }
                // What was refused was not left open.
                let own = USBRoleBinding(
                    host: bench.host, role: Self.role("echo", serial: "A"), allowsSimulated: true)
                _ = try await own.connection()
            }
        }
    }
}
