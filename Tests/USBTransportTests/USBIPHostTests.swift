import KioskPlatform
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    /// The client against servers that are away or break the protocol.
    @Suite struct HostileServers {
        private func run(_ server: HostileUSBIPServer, _ body: (USBIPHost) async throws -> Void) async throws {
            let host = USBIPHost(host: "127.0.0.1", port: server.port, pollInterval: .milliseconds(20))
            do {
                try await body(host)
            } catch {
                await host.shutdown()
                server.stop()
                throw error
            }
            await host.shutdown()
            server.stop()
        }

        private func opened(_ host: USBIPHost) async throws -> any USBConnection {
            let device = try await host.open(try #require(try await host.devices().first))
            try await device.claim(interface: 0)
            return device
        }

        private func read(_ device: any USBConnection, timeout: Duration = .seconds(20)) async -> USBError? {
            await usbError { () throws(USBError) in try await device.read(upTo: 64, from: 0x81, timeout: timeout) }
        }

        private static func talk(
            _ more: @escaping @Sendable (SocketStream) throws -> Void
        ) -> @Sendable (SocketStream) throws -> Void {
            { stream in
                let echo = EchoDevice()
                try HostileUSBIPServer.answerOpening(
                    stream, device: [18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 1, 0, 1, 0, 0, 0, 0, 1],
                    configuration: echo.configurationDescriptor)
                try more(stream)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a server that is away is named, and found when it comes`() async throws {
            let first = USBIPServer()
            let port = try await first.start()
            await first.stop()
            let host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(20))
            let error = await usbError { () throws(USBError) in try await host.devices() }
            guard case .serverUnreachable(let text) = error else {
                Issue.record("ended with \(String(describing: error))")
                return
            }
            #expect(text.contains("127.0.0.1:\(port)"))
            let events = await host.events()
            let second = USBIPServer()
            await second.plug(EchoDevice(), at: "1-1")
            _ = try await second.start(port: port)
            var iterator = events.makeAsyncIterator()
            guard case .arrived(let device)? = await iterator.next() else {
                Issue.record("no arrival")
                return
            }
            #expect(device.path == "1-1")
            await second.stop()
            guard case .departed(let gone)? = await iterator.next() else {
                Issue.record("no departure")
                return
            }
            #expect(gone == device)
            await host.shutdown()
        }

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                [], [1, 0x11, 0, 5], [UInt8](repeating: 0xFF, count: 64), HostileUSBIPServer.honestImport,
                Array(HostileUSBIPServer.honestList.dropLast(20)),
                USBIPOperationHeader(code: .replyDeviceList).encoded + [0xFF, 0xFF, 0xFF, 0xFF],
                USBIPOperationHeader(code: .replyDeviceList, status: .error).encoded + [0, 0, 0, 0],
            ])
        func `a device list that is none makes the server unreachable`(list: [UInt8]) async throws {
            try await run(HostileUSBIPServer(list: list)) { host in
                let error = await usbError { () throws(USBError) in try await host.devices() }
                guard case .serverUnreachable = error else {
                    Issue.record("ended with \(String(describing: error))")
                    return
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `an import's refusal and an import of something else are told apart`() async throws {
            var other = HostileUSBIPServer.record
            other.busID = "2-2"
            func error(_ reply: [UInt8]) async throws -> USBError? {
                var result: USBError?
                try await run(HostileUSBIPServer(imported: reply)) { host in
                    let device = try #require(try await host.devices().first)
                    result = await usbError { () throws(USBError) in try await host.open(device) }
                }
                return result
            }
            #expect(try await error(USBIPOperationHeader(code: .replyImport, status: .notAvailable).encoded) == .busy)
            #expect(try await error(USBIPOperationHeader(code: .replyImport, status: .noDevice).encoded) == .noDevice)
            let wrong = try await error(USBIPOperationHeader(code: .replyImport).encoded + other.encoded)
            guard case .serverUnreachable(let text) = wrong else {
                Issue.record("ended with \(String(describing: wrong))")
                return
            }
            #expect(text.contains("2-2"))
        }

        @Test(.timeLimit(.minutes(1)))
        func `an answer longer than was asked is an overflow, and the connection is not trusted further`() async throws
        {
            let talk = Self.talk { stream in
                let sequence = try HostileUSBIPServer.nextSubmit(stream)
                let answer = USBIPMessage.submitted(sequence: sequence, status: 0, actualLength: 4096)
                try stream.write(answer.encoded + [UInt8](repeating: 0, count: 4096))
                _ = try stream.read(upTo: 1)
            }
            try await run(HostileUSBIPServer(talk: talk)) { host in
                let device = try await opened(host)
                #expect(
                    await usbError { () throws(USBError) in
                        try await device.read(upTo: 64, from: 0x81, timeout: .seconds(20))
                    } == .overflow)
                #expect(await eventually { !device.isOpen })
                #expect(await read(device) == .noDevice)
            }
        }

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                USBIPMessage.submitted(sequence: 0xDEAD, status: 0, actualLength: 0).encoded,
                USBIPMessage.unlink(sequence: 1, deviceID: 1, target: 1).encoded, [UInt8](repeating: 0xFF, count: 48),
                [0, 0, 0, 3],
            ])
        func `an answer that nobody asked for, or garbage, ends all transfers as gone`(bytes: [UInt8]) async throws {
            let talk = Self.talk { stream in
                _ = try HostileUSBIPServer.nextSubmit(stream)
                try stream.write(bytes)
            }
            try await run(HostileUSBIPServer(talk: talk)) { host in
                let device = try await opened(host)
                #expect(await read(device) == .noDevice)
                #expect(await eventually { !device.isOpen })
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a server that ignores an unlink does not hold the transfer`() async throws {
            let talk = Self.talk { stream in while !(try stream.read(upTo: 4096).isEmpty) {} }
            try await run(HostileUSBIPServer(talk: talk)) { host in
                let device = try await opened(host)
                #expect(await read(device, timeout: .milliseconds(20)) == .timeout(moved: nil))
                #expect(await eventually { !device.isOpen })
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `an answer that overtakes the unlink stands`() async throws {
            let talk = Self.talk { stream in
                let sequence = try HostileUSBIPServer.nextSubmit(stream)
                let message = try USBIPMessage(decoding: stream.read(exactly: USBIPWire.headerLength))
                guard case .unlink(let unlink, _, sequence) = message else { return }
                let answer = USBIPMessage.submitted(sequence: sequence, status: 0, actualLength: 2)
                try stream.write(answer.encoded + [7, 8])
                try stream.write(USBIPMessage.unlinked(sequence: unlink, status: 0).encoded)
                _ = try stream.read(upTo: 1)
            }
            try await run(HostileUSBIPServer(talk: talk)) { host in
                let device = try await opened(host)
                #expect(try await device.read(upTo: 64, from: 0x81, timeout: .milliseconds(20)) == [7, 8])
                #expect(device.isOpen)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a device whose descriptor has other ids than the list is refused`() async throws {
            let talk: @Sendable (SocketStream) throws -> Void = { stream in
                try HostileUSBIPServer.answerOpening(
                    stream, device: [18, 1, 0, 2, 0, 0, 0, 64, 0xAD, 0xDE, 1, 0, 1, 0, 0, 0, 0, 1],
                    configuration: EchoDevice().configurationDescriptor)
                _ = try stream.read(upTo: 1)
            }
            try await run(HostileUSBIPServer(talk: talk)) { host in
                let device = try #require(try await host.devices().first)
                let error = await usbError { () throws(USBError) in try await host.open(device) }
                #expect(error == .badDescriptor("other ids than the list says"))
            }
        }
    }
}
