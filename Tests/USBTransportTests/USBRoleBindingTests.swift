import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    @Suite struct RoleBinding {
        private static let role = USBRole(name: "echo", interfaceClass: 0xFF)

        private func faultCode(_ body: () async throws(Fault) -> some Any) async -> FaultCode? {
            do throws(Fault) {
                _ = try await body()
                return nil
            } catch {
                return error.code
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a production kiosk refuses a simulated device`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                _ = try await bench.arrival()
                let binding = USBRoleBinding(host: bench.host, role: Self.role, allowsSimulated: false)
                let code = await faultCode { () throws(Fault) in try await binding.connection() }
                #expect(code == .usbSimulatedRefused)
                #expect(await binding.device == nil)
                // It was not even left open.
                _ = try await bench.host.open(bench.arrival())
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `no device, another class and another place are not found`() async throws {
            try await USBBench.run(.usbip) { bench in
                func code(_ role: USBRole) async -> FaultCode? {
                    let binding = USBRoleBinding(host: bench.host, role: role, allowsSimulated: true)
                    return await faultCode { () throws(Fault) in try await binding.connection() }
                }
                #expect(await code(Self.role) == .usbNotFound)
                try await bench.plug(EchoDevice())
                #expect(await code(USBRole(name: "printer", interfaceClass: 7)) == .usbNotFound)
                #expect(await code(USBRole(name: "echo", path: "9-9")) == .usbNotFound)
                #expect(await code(USBRole(name: "echo", path: USBBench.busID, vendorID: 0x1209)) == nil)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `callers that come together share one connection`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                _ = try await bench.arrival()
                let binding = USBRoleBinding(host: bench.host, role: Self.role, allowsSimulated: true)
                let connections = try await withThrowingTaskGroup(of: ObjectIdentifier.self) { group in
                    for _ in 0..<8 { group.addTask { ObjectIdentifier(try await binding.connection()) } }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(connections.count == 1)
                #expect(await binding.device?.isSimulated == true)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a replugged device is found again without being told of it`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                _ = try await bench.arrival()
                let binding = USBRoleBinding(host: bench.host, role: Self.role, allowsSimulated: true)
                let first = try await binding.connection()
                await bench.unplug()
                try await bench.departure()
                #expect(await binding.device == nil)
                let gone = await faultCode { () throws(Fault) in try await binding.connection() }
                #expect(gone == .usbNotFound)
                try await bench.plug(EchoDevice())
                let found = try await bench.arrival(after: first.device.generation)
                let second = try await binding.connection()
                #expect(second.device.isSameAttachment(as: found))
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a connection dropped late does not take its successor along`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                _ = try await bench.arrival()
                let binding = USBRoleBinding(host: bench.host, role: Self.role, allowsSimulated: true)
                let first = try await binding.connection()
                await binding.drop(first)
                let second = try await binding.connection()
                #expect(first !== second)
                await binding.drop(first)
                #expect(second.isOpen)
                #expect(try await binding.connection() === second)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `dropping and connecting from many tasks never meets a device that is still busy`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                _ = try await bench.arrival()
                let binding = USBRoleBinding(host: bench.host, role: Self.role, allowsSimulated: true)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            for _ in 0..<10 { await binding.drop(try await binding.connection()) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `after the shutdown the connection is closed and none is opened`() async throws {
            try await USBBench.run(.usbip) { bench in
                try await bench.plug(EchoDevice())
                let binding = USBRoleBinding(host: bench.host, role: Self.role, allowsSimulated: true)
                let connection = try await binding.connection()
                await binding.shutdown()
                #expect(!connection.isOpen)
                let code = await faultCode { () throws(Fault) in try await binding.connection() }
                #expect(code == .usbDisconnected)
            }
        }
    }
}
