import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    /// What every transport promises of its transfers.
    @Suite struct TransferContract {
        private typealias Request = EchoDevice.Request

        private static let long = Duration.seconds(20)

        private static func pattern(_ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 8) }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `what a control request writes, another reads back`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                let block = Self.pattern(600)
                let sent = try await device.control(
                    USBSetup(requestType: 0x40, request: Request.write), data: block, timeout: Self.long)
                #expect(sent.isEmpty)
                let read = USBSetup(requestType: 0xC0, request: Request.read, readLength: 4096)
                #expect(try await device.control(read, data: [], timeout: Self.long) == block)
                let short = USBSetup(requestType: 0xC0, request: Request.read, readLength: 5)
                #expect(try await device.control(short, data: [], timeout: Self.long) == Array(block.prefix(5)))
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a control request that the device refuses stalls, and the next one is served`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                let unknown = USBSetup(requestType: 0xC0, request: 0x7F, readLength: 8)
                let error = await usbError { () throws(USBError) in
                    try await device.control(unknown, data: [], timeout: Self.long)
                }
                #expect(error == .stall)
                let read = USBSetup(requestType: 0xC0, request: Request.read, readLength: 8)
                #expect(try await device.control(read, data: [], timeout: Self.long) == Array("hello".utf8))
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `bulk data comes back as it went, from one byte to far more than 64 KiB`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                for count in [1, 511, 512, 513, 65536, 200_000] {
                    let block = Self.pattern(count)
                    #expect(try await device.write(block, to: 0x01, timeout: Self.long) == count)
                    var back: [UInt8] = []
                    while back.count < count {
                        let more = try await device.read(upTo: count - back.count, from: 0x81, timeout: Self.long)
                        try #require(!more.isEmpty)
                        back += more
                    }
                    #expect(back == block)
                }
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a read ends with a short packet`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                _ = try await device.write([1, 2, 3], to: 0x01, timeout: Self.long)
                #expect(try await device.read(upTo: 4096, from: 0x81, timeout: Self.long) == [1, 2, 3])
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `an interrupt packet reaches the read that waited for it`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                async let packet = device.read(upTo: 8, from: 0x82, timeout: Self.long)
                _ = try await device.control(
                    USBSetup(requestType: 0x40, request: Request.interrupt), data: [0x50, 0x03], timeout: Self.long)
                #expect(try await packet == [0x50, 0x03])
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a read that nothing answers times out, and what comes later is not lost`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                for _ in 0..<3 {
                    let error = await usbError { () throws(USBError) in
                        try await device.read(upTo: 64, from: 0x81, timeout: .milliseconds(50))
                    }
                    #expect(error == .timeout(moved: kind == .usbip ? nil : 0))
                }
                _ = try await device.write([42], to: 0x01, timeout: Self.long)
                #expect(try await device.read(upTo: 64, from: 0x81, timeout: Self.long) == [42])
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a write that is never answered times out`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                await bench.inject(.hang(endpoint: 0x03))
                let error = await usbError { () throws(USBError) in
                    try await device.write([1, 2, 3], to: 0x03, timeout: .milliseconds(50))
                }
                guard case .timeout = error else {
                    Issue.record("ended with \(String(describing: error))")
                    return
                }
                #expect(try await device.write([1, 2, 3], to: 0x03, timeout: Self.long) == 3)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a cancelled task ends its transfer at once and no other`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                let silent = Task { () -> USBError? in
                    await usbError { () throws(USBError) in
                        try await device.read(upTo: 64, from: 0x83, timeout: .seconds(600))
                    }
                }
                async let packet = device.read(upTo: 8, from: 0x82, timeout: Self.long)
                try await bench.transfersInFlight(2)
                silent.cancel()
                #expect(await silent.value == .cancelled)
                _ = try await device.control(
                    USBSetup(requestType: 0x40, request: Request.interrupt), data: [9], timeout: Self.long)
                #expect(try await packet == [9])
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a transfer of a task that was cancelled before does not hang`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                let task = Task { () -> USBError? in
                    while !Task.isCancelled { await Task.yield() }
                    return await usbError { () throws(USBError) in
                        try await device.read(upTo: 64, from: 0x83, timeout: .seconds(600))
                    }
                }
                task.cancel()
                #expect(await task.value == .cancelled)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `closing with transfers in flight ends each of them`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                let errors = await withTaskGroup(of: USBError?.self) { group in
                    for endpoint: UInt8 in [0x81, 0x82, 0x83, 0x83] {
                        group.addTask {
                            await usbError { () throws(USBError) in
                                try await device.read(upTo: 64, from: endpoint, timeout: .seconds(600))
                            }
                        }
                    }
                    group.addTask {
                        try? await bench.transfersInFlight(4)
                        await device.close()
                        return .cancelled
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(errors.count == 5)
                #expect(errors.allSatisfy { $0 == .cancelled || $0 == .noDevice })
                let late = await usbError { () throws(USBError) in
                    try await device.read(upTo: 64, from: 0x81, timeout: Self.long)
                }
                #expect(late == .cancelled || late == .noDevice)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a halted endpoint stays halted until the halt is cleared`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                for endpoint: UInt8 in [0x01, 0x81] {
                    _ = try await device.control(
                        USBSetup(requestType: 0x40, request: Request.stall, index: UInt16(endpoint)), data: [],
                        timeout: Self.long)
                    for _ in 0..<2 {
                        let error = await usbError { () throws(USBError) in
                            if endpoint == 0x01 { return try await device.write([1], to: endpoint, timeout: Self.long) }
                            return try await device.read(upTo: 64, from: endpoint, timeout: Self.long).count
                        }
                        #expect(error == .stall)
                    }
                    try await device.clearHalt(endpoint)
                }
                _ = try await device.write([7], to: 0x01, timeout: Self.long)
                #expect(try await device.read(upTo: 64, from: 0x81, timeout: Self.long) == [7])
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `transfers on two endpoints do not wait for each other`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                async let interrupt = device.read(upTo: 8, from: 0x82, timeout: Self.long)
                async let echo = device.read(upTo: 512, from: 0x81, timeout: Self.long)
                _ = try await device.write([5, 6], to: 0x01, timeout: Self.long)
                #expect(try await echo == [5, 6])
                _ = try await device.control(
                    USBSetup(requestType: 0x40, request: Request.interrupt), data: [8], timeout: Self.long)
                #expect(try await interrupt == [8])
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `transfers that the descriptors do not know are refused before the wire`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                let device = try await bench.host.open(bench.arrival())
                func read(_ endpoint: UInt8, _ length: Int = 64) async -> USBError? {
                    await usbError { () throws(USBError) in
                        try await device.read(upTo: length, from: endpoint, timeout: Self.long)
                    }
                }
                #expect(await read(0x81) == .failed("interface 0 is not claimed"))
                let claim = await usbError { () throws(USBError) in try await device.claim(interface: 3) }
                #expect(claim == .badDescriptor("no interface 3"))
                try await device.claim(interface: 0)
                #expect(await read(0x8F) == .badDescriptor("no endpoint 0x8f"))
                #expect(await read(0x01) == .badDescriptor("endpoint 0x1 goes the other way"))
                #expect(await read(0x81, 0) == .failed("a read of 0 bytes"))
                #expect(await read(0x81, Int.max) == .failed("a read of \(Int.max) bytes"))
            }
        }
    }
}
