import KioskPlatform
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    /// The server's side of the wire, as the kernel's client meets it.
    @Suite struct ServerWire {
        private static let busID = "1-1"

        /// Runs a body, which blocks, against a server with an echo device.
        private func run(_ body: @escaping @Sendable (UInt16) throws -> Void) async throws {
            let server = USBIPServer()
            let port = try await server.start()
            await server.plug(EchoDevice(), at: Self.busID)
            do {
                try await onOwnThread("test-client") { try body(port) }
            } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }

        private static func read(_ sequence: UInt32, of record: USBIPDeviceRecord, _ endpoint: UInt8) -> USBIPMessage {
            .submit(
                USBIPSubmit(
                    sequence: sequence, deviceID: record.deviceID, isDeviceToHost: true, endpoint: endpoint, length: 64)
            )
        }

        @Test(.timeLimit(.minutes(1)))
        func `a request taken back is answered once, by the unlink`() async throws {
            try await run { port in
                let client = try RawUSBIPClient(port: port)
                let record = try #require(try client.importDevice(Self.busID).1)
                try client.send(Self.read(1, of: record, 3))
                try client.send(Self.read(2, of: record, 3))
                try client.send(.unlink(sequence: 3, deviceID: record.deviceID, target: 1))
                #expect(try client.message() == .unlinked(sequence: 3, status: USBIPStatus.connectionReset))
                try client.send(.unlink(sequence: 4, deviceID: record.deviceID, target: 2))
                #expect(try client.message() == .unlinked(sequence: 4, status: USBIPStatus.connectionReset))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `an unlink that comes after the answer changes nothing`() async throws {
            try await run { port in
                let client = try RawUSBIPClient(port: port)
                let record = try #require(try client.importDevice(Self.busID).1)
                let write = USBIPSubmit(
                    sequence: 1, deviceID: record.deviceID, isDeviceToHost: false, endpoint: 3, length: 2)
                try client.send(.submit(write), [1, 2])
                #expect(try client.message() == .submitted(sequence: 1, status: 0, actualLength: 2))
                try client.send(.unlink(sequence: 2, deviceID: record.deviceID, target: 1))
                #expect(try client.message() == .unlinked(sequence: 2, status: USBIPStatus.ok))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `requests on one endpoint are answered in order`() async throws {
            try await run { port in
                let client = try RawUSBIPClient(port: port)
                let record = try #require(try client.importDevice(Self.busID).1)
                for sequence: UInt32 in 1...3 { try client.send(Self.read(sequence, of: record, 1)) }
                for value: UInt8 in 1...3 {
                    let write = USBIPSubmit(
                        sequence: 10 + UInt32(value), deviceID: record.deviceID, isDeviceToHost: false, endpoint: 1,
                        length: 1)
                    try client.send(.submit(write), [value])
                }
                var given: [UInt32: [UInt8]] = [:]
                var order: [UInt32] = []
                while given.count < 3 {
                    guard case .submitted(let sequence, 0, 1) = try client.message() else { return }
                    guard sequence <= 3 else { continue }
                    order.append(sequence)
                    given[sequence] = try client.read(1)
                }
                #expect(order == [1, 2, 3])
                #expect(given == [1: [1], 2: [2], 3: [3]])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a second import is refused, also of a device that is not there`() async throws {
            try await run { port in
                let first = try RawUSBIPClient(port: port)
                #expect(try first.importDevice(Self.busID).0 == .ok)
                #expect(try RawUSBIPClient(port: port).importDevice(Self.busID).0 == .notAvailable)
                #expect(try RawUSBIPClient(port: port).importDevice("9-9").0 == .noDevice)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a request that names another device is answered with no device`() async throws {
            try await run { port in
                let client = try RawUSBIPClient(port: port)
                var record = try #require(try client.importDevice(Self.busID).1)
                record.deviceNumber += 1
                try client.send(Self.read(1, of: record, 1))
                #expect(try client.message() == .submitted(sequence: 1, status: USBIPStatus.noDevice, actualLength: 0))
            }
        }

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                [UInt8](repeating: 0xFF, count: 8), [1, 0x11, 0, 5, 0, 0, 0, 0],
                [1, 0x11, 0x80, 3, 0, 0, 0, 0] + [UInt8](repeating: 0x41, count: 32),
            ])
        func `a malformed operation ends its connection and no other`(bytes: [UInt8]) async throws {
            try await run { port in
                let client = try RawUSBIPClient(port: port)
                let record = try #require(try client.importDevice(Self.busID).1)
                let hostile = try RawUSBIPClient(port: port)
                try hostile.stream.write(bytes)
                #expect(hostile.isEnded())
                try client.send(.unlink(sequence: 1, deviceID: record.deviceID, target: 99))
                #expect(try client.message() == .unlinked(sequence: 1, status: USBIPStatus.ok))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a malformed request ends the import, and the device can be imported again`() async throws {
            try await run { port in
                for damage in [(24, UInt8(0x80)), (24, 0x7F), (3, 3), (3, 77), (19, 200)] {
                    let client = try RawUSBIPClient(port: port)
                    let (status, record) = try client.importDevice(Self.busID)
                    #expect(status == .ok)
                    var bytes = Self.read(1, of: try #require(record), 1).encoded
                    bytes[damage.0] = damage.1
                    try client.stream.write(bytes)
                    #expect(client.isEnded())
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `the kernel's way to set a device up is answered`() async throws {
            try await run { port in
                let client = try RawUSBIPClient(port: port)
                let record = try #require(try client.importDevice(Self.busID).1)
                func control(_ setup: [UInt8], _ length: Int) throws -> [UInt8]? {
                    let isIn = setup[0] & 0x80 != 0
                    try client.send(
                        .submit(
                            USBIPSubmit(
                                sequence: 1, deviceID: record.deviceID, isDeviceToHost: isIn, endpoint: 0,
                                length: length,
                                setup: setup)))
                    guard case .submitted(_, let status, let actual) = try client.message(), status == 0 else {
                        return nil
                    }
                    return isIn ? try client.read(actual) : []
                }
                #expect(try control([0x80, 6, 0, 1, 0, 0, 64, 0], 64)?.count == 18)
                #expect(try control([0x80, 6, 0, 2, 0, 0, 9, 0], 9)?.count == 9)
                #expect(try control([0x80, 6, 0, 3, 0, 0, 255, 0], 255) == [4, 3, 9, 4])
                #expect(try control([0x80, 6, 2, 3, 9, 4, 255, 0], 255)?.count == 10)
                #expect(try control([0x80, 6, 9, 3, 9, 4, 255, 0], 255) == nil)
                #expect(try control([0x80, 6, 0, 6, 0, 0, 10, 0], 10) == nil)
                #expect(try control([0x00, 9, 1, 0, 0, 0, 0, 0], 0) == [])
                #expect(try control([0x00, 9, 7, 0, 0, 0, 0, 0], 0) == nil)
                #expect(try control([0x80, 8, 0, 0, 0, 0, 1, 0], 1) == [1])
                #expect(try control([0x01, 11, 0, 0, 0, 0, 0, 0], 0) == [])
                #expect(try control([0x01, 11, 1, 0, 0, 0, 0, 0], 0) == nil)
                #expect(try control([0x80, 0, 0, 0, 0, 0, 2, 0], 2) == [1, 0])
                #expect(try control([0x02, 3, 0, 0, 0x81, 0, 0, 0], 0) == [])
                #expect(try control([0x82, 0, 0, 0, 0x81, 0, 2, 0], 2) == [1, 0])
                #expect(try control([0x02, 1, 0, 0, 0x81, 0, 0, 0], 0) == [])
                #expect(try control([0x82, 0, 0, 0, 0x81, 0, 2, 0], 2) == [0, 0])
            }
        }
    }
}
