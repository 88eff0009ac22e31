import Foundation
import KioskTestSupport
import SimulatedDevices
import Testing
import USBTransport

extension USBSuites {
    /// What every transport promises of arrival, departure and opening.
    @Suite struct ArrivalContract {
        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `an opened device says who it is, and that it is simulated`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice(serial: "ECHO-7"))
                let found = try await bench.arrival()
                #expect(found.interfaces.map(\.interfaceClass) == [0xFF])
                let device = try await bench.host.open(found)
                #expect(device.device.isSameAttachment(as: found))
                #expect(device.device.manufacturer == USBDeviceInfo.laboratoryManufacturer)
                #expect(device.device.product == "Echo")
                #expect(device.device.serial == "ECHO-7")
                #expect(device.device.isSimulated)
                #expect(device.configuration.value == 1)
                #expect(device.configuration.interfaces[0].endpoints.map(\.address) == [0x01, 0x81, 0x82, 0x03, 0x83])
                #expect(try await bench.device()?.serial == "ECHO-7")
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a second open is refused as busy until the first is closed`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let first = try await bench.openEcho()
                let found = try await bench.arrival()
                let error = await usbError { () throws(USBError) in try await bench.host.open(found) }
                #expect(error == .busy)
                await first.close()
                let second = try await bench.host.open(found)
                try await second.claim(interface: 0)
                _ = try await second.write([3], to: 0x01, timeout: .seconds(20))
                #expect(try await second.read(upTo: 8, from: 0x81, timeout: .seconds(20)) == [3])
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a device unplugged during transfers ends each of them as gone`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                let errors = await withTaskGroup(of: USBError?.self) { group in
                    for endpoint: UInt8 in [0x81, 0x82, 0x83] {
                        group.addTask {
                            await usbError { () throws(USBError) in
                                try await device.read(upTo: 64, from: endpoint, timeout: .seconds(600))
                            }
                        }
                    }
                    group.addTask {
                        try? await bench.transfersInFlight(3)
                        await bench.unplug()
                        return .noDevice
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(errors == [.noDevice, .noDevice, .noDevice, .noDevice])
                try await bench.departure()
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a device that goes after so many transfers has answered just as many`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                await bench.inject(.unplug(afterTransfers: 3))
                var answered = 0
                let error = await usbError { () throws(USBError) in
                    while true {
                        _ = try await device.write([1], to: 0x03, timeout: .seconds(20))
                        answered += 1
                    }
                }
                #expect(error == .noDevice)
                #expect(answered == 3)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a replugged device has a new generation, and the old one can't be opened`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                let first = try await bench.openEcho()
                await bench.unplug()
                try await bench.departure()
                try await bench.plug(EchoDevice())
                let second = try await bench.arrival(after: first.device.generation)
                #expect(second.generation > first.device.generation)
                let stale = await usbError { () throws(USBError) in try await bench.host.open(first.device) }
                #expect(stale == .noDevice)
                let device = try await bench.host.open(second)
                try await device.claim(interface: 0)
                #expect(try await device.write([1], to: 0x03, timeout: .seconds(20)) == 1)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `a replug that nobody saw still counts as a new arrival`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                let first = try await bench.arrival()
                await bench.unplug()
                try await bench.plug(EchoDevice())
                #expect(try await bench.arrival(after: first.generation).generation > first.generation)
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `events tell of what is there, what comes and what goes, and end with the host`(
            kind: USBTransportKind
        ) async throws {
            let seen = EventLog()
            try await USBBench.run(kind) { bench in
                try await bench.plug(EchoDevice())
                let first = try await bench.arrival()
                let events = await bench.host.events()
                let listening = Task {
                    for await event in events {
                        switch event {
                        case .arrived(let device) where device.vendorID == USBDescriptorBuilder.vendorID:
                            seen.add("+\(device.generation)")
                        case .departed(let device) where device.vendorID == USBDescriptorBuilder.vendorID:
                            seen.add("-\(device.generation)")
                        default: break
                        }
                    }
                }
                await bench.unplug()
                #expect(await eventually { seen.all.count == 2 })
                try await bench.plug(EchoDevice())
                #expect(await eventually { seen.all.count == 3 })
                let second = try await bench.arrival()
                let expected = ["+\(first.generation)", "-\(first.generation)", "+\(second.generation)"]
                #expect(seen.all == expected)
                await bench.host.shutdown()
                await listening.value
            }
        }

        @Test(.timeLimit(.minutes(20)), arguments: USBTransportKind.available)
        func `plug cycle after plug cycle leaves no ghost, no thread and no open file`(
            kind: USBTransportKind
        ) async throws {
            try await USBBench.run(kind) { bench in
                let lanes = try PlugLanes(bench)
                let listening = Task { [events = await bench.host.events()] in await lanes.follow(events) }
                // Whatever is made once is made now.
                let first = try await lanes.cycle(times: lanes.lanes.count, within: .seconds(60))
                let before = Self.resources()
                let last = try #require(try await self.lastGeneration(bench))
                let (cycles, limit) = kind == .usbip ? (200, .seconds(60)) : Self.kernelCycles
                let began = ContinuousClock.now
                let done = try await lanes.cycle(times: cycles, within: limit)
                // A slow machine gets through fewer in the time; those that run the kernel's part say how many.
                print("plug cycles over \(kind.rawValue): \(done) in \(ContinuousClock.now - began)")
                #expect(done >= min(cycles, 25))
                let settled = await eventually {
                    let now = Self.resources()
                    return now.files <= before.files + 2 && now.threads <= before.threads + 4
                }
                #expect(settled, "before \(before), after \(Self.resources())")
                #expect(try await self.lastGeneration(bench) == last + UInt64(done) + 1)
                // One more of each before, and one after.
                let all = first + done + 2
                await expectEventually { lanes.departures >= all }
                #expect(lanes.arrivals == all && lanes.departures == all, "\(lanes.arrivals), \(lanes.departures)")
                await bench.host.shutdown()
                await listening.value
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: USBTransportKind.available)
        func `after the shutdown nothing opens and nothing is listed`(kind: USBTransportKind) async throws {
            try await USBBench.run(kind) { bench in
                let device = try await bench.openEcho()
                let pending = Task {
                    await usbError { () throws(USBError) in
                        try await device.read(upTo: 64, from: 0x83, timeout: .seconds(600))
                    }
                }
                try await bench.transfersInFlight(1)
                await bench.host.shutdown()
                let error = await pending.value
                #expect(error == .cancelled || error == .noDevice)
                #expect(await usbError { () throws(USBError) in try await bench.host.open(device.device) } != nil)
                #expect(await usbError { () throws(USBError) in try await bench.host.devices() } != nil)
                for await event in await bench.host.events() { Issue.record("\(event) after the shutdown") }
            }
        }

        /// The generation that the next arrival would follow, by one more arrival.
        private func lastGeneration(_ bench: USBBench) async throws -> UInt64? {
            try await bench.plug(EchoDevice())
            let generation = try await bench.arrival().generation
            await bench.unplug()
            try await bench.departure()
            return generation
        }

        /// The kernel takes its time for a device: how many cycles, and how many seconds for them, the environment may say.
        private static let kernelCycles: (count: Int, limit: Duration) = {
            let environment = ProcessInfo.processInfo.environment
            return (
                environment["KIOSK_USB_CYCLES"].flatMap(Int.init) ?? 25,
                .seconds(environment["KIOSK_USB_CYCLES_SECONDS"].flatMap(Int.init) ?? 150)
            )
        }()

        private static func resources() -> (files: Int, threads: Int) {
            func count(_ path: String) -> Int {
                (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
            }
            return (count("/proc/self/fd"), count("/proc/self/task"))
        }
    }
}
