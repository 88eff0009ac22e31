import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    /// The faults that a laboratory script sets on the wire.
    @Suite struct WireFaults {
        private static let long = Duration.seconds(20)

        private func run(_ body: (USBBench, any USBConnection) async throws -> Void) async throws {
            try await USBBench.run(.usbip) { bench in try await body(bench, try await bench.openEcho()) }
        }

        @Test(.timeLimit(.minutes(1)))
        func `one IN transfer is corrupted in one byte, and the next one is whole`() async throws {
            try await run { bench, device in
                await bench.inject(.corrupt(endpoint: 0x81))
                let sent: [UInt8] = [1, 2, 3, 4, 5]
                for expected in [1, 0] {
                    _ = try await device.write(sent, to: 0x01, timeout: Self.long)
                    let back = try await device.read(upTo: 64, from: 0x81, timeout: Self.long)
                    #expect(back.count == sent.count)
                    #expect(zip(back, sent).filter { $0 != $1 }.count == expected)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `what a hanging IN transfer would have read is lost, and the next one is served`() async throws {
            try await run { bench, device in
                await bench.inject(.hang(endpoint: 0x81))
                _ = try await device.write([1], to: 0x01, timeout: Self.long)
                let error = await usbError { () throws(USBError) in
                    try await device.read(upTo: 64, from: 0x81, timeout: .milliseconds(50))
                }
                #expect(error == .timeout(moved: nil))
                _ = try await device.write([2], to: 0x01, timeout: Self.long)
                #expect(try await device.read(upTo: 64, from: 0x81, timeout: Self.long) == [2])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a delayed answer that is waited for comes, one that is not is not lost`() async throws {
            try await run { bench, device in
                _ = try await device.write([1], to: 0x01, timeout: Self.long)
                await bench.inject(.delay(.milliseconds(80), endpoint: 0x81))
                let begin = ContinuousClock.now
                #expect(try await device.read(upTo: 64, from: 0x81, timeout: Self.long) == [1])
                #expect(ContinuousClock.now - begin >= .milliseconds(80))
                _ = try await device.write([2], to: 0x01, timeout: Self.long)
                await bench.inject(.delay(.seconds(60), endpoint: 0x81))
                let error = await usbError { () throws(USBError) in
                    try await device.read(upTo: 64, from: 0x81, timeout: .milliseconds(50))
                }
                #expect(error == .timeout(moved: nil))
                #expect(try await device.read(upTo: 64, from: 0x81, timeout: Self.long) == [2])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a stall meets the transfer that waits now`() async throws {
            try await run { bench, device in
                let waiting = Task {
                    await usbError { () throws(USBError) in
                        try await device.read(upTo: 64, from: 0x82, timeout: .seconds(600))
                    }
                }
                try await bench.transfersInFlight(1)
                await bench.inject(.stall(endpoint: 0x82))
                #expect(await waiting.value == .stall)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a fault for no endpoint in particular leaves control alone`() async throws {
            try await run { bench, device in
                await bench.inject(.hang())
                let read = USBSetup(requestType: 0xC0, request: EchoDevice.Request.read, readLength: 8)
                let stored = try await device.control(read, data: [], timeout: Self.long)
                #expect(stored == Array("hello".utf8))
                let error = await usbError { () throws(USBError) in
                    try await device.write([1], to: 0x03, timeout: .milliseconds(50))
                }
                #expect(error == .timeout(moved: nil))
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a fault where nothing is plugged is refused`() async throws {
            let server = USBIPServer()
            #expect(await server.inject(.hang(), at: "7-7") == false)
        }
    }
}
