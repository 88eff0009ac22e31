import Foundation
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Synchronization
import Testing
import USBTransport

@testable import CardReader

@Suite(.serialized)
struct ResidentIDStationTests {
    private struct Lab {
        static let bus = "1-5"
        let reader: SimulatedResidentReader
        let server: USBIPServer
        let station: ResidentIDStation
    }

    private func run(
        _ reader: SimulatedResidentReader = SimulatedResidentReader(), allowsSimulated: Bool = true,
        timeouts: SAMTimeouts = SAMTimeouts(drain: .milliseconds(20)),
        _ body: (Lab) async throws -> Void
    ) async throws {
        let server = USBIPServer()
        let port = try await server.start()
        await server.plug(reader, at: Lab.bus)
        let host = USBIPHost(host: "127.0.0.1", port: port, pollInterval: .milliseconds(50))
        let role = ResidentIDStation.role(path: Lab.bus, vendorID: nil, productID: nil)
        let station = ResidentIDStation(
            binding: USBRoleBinding(host: host, role: role, allowsSimulated: allowsSimulated),
            timeouts: timeouts,
            times: WatchTimes(
                poll: .milliseconds(20), retry: .milliseconds(30), hopelessRetry: .milliseconds(30)))
        let result: Result<Void, any Error>
        do {
            try await body(Lab(reader: reader, server: server, station: station))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await station.shutdown()
        await host.shutdown()
        await server.stop()
        try result.get()
    }

    private func expectWang(_ lab: Lab) async throws {
        let identity = try await lab.station.read()
        #expect(identity.name == "王堃喆" && identity.number == "11010519491231002X")
        #expect(identity.cardKind == .residentID)
    }

    @Test(.timeLimit(.minutes(1)), arguments: SimulatedResidentReader.Bridge.allCases)
    func `a resident card is found, selected and read, every time anew`(
        bridge: SimulatedResidentReader.Bridge
    ) async throws {
        try await run(SimulatedResidentReader(bridge: bridge)) { lab in
            lab.reader.put(.wang)
            try await expectWang(lab)
            try await expectWang(lab)
            let steps: [[UInt8]] = [[0x20, 0x01], [0x20, 0x02], [0x30, 0x01]]
            #expect(lab.reader.commands == [[0x11, 0xFF]] + steps + steps)
            #expect(await lab.station.status().state == .ready)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `each status word is its own fault in plain words, and the reader stays in service`() async throws {
        let expected: [(UInt8, [UInt8], FaultCode)] = [
            (0x80, [0x20, 0x01], .cardAbsent), (0x81, [0x20, 0x02], .cardRemoved),
            (0x31, [0x20, 0x02], .cardWrongKind),
            (0x32, [0x20, 0x02], .cardWrongKind), (0x33, [0x30, 0x01], .cardDataInvalid),
            (0x40, [0x30, 0x01], .cardWrongKind), (0x41, [0x30, 0x01], .cardRemoved), (0x47, [0x30, 0x01], .cardMute),
            (0x91, [0x30, 0x01], .cardDataInvalid), (0x60, [0x20, 0x01], .readerSecurityModule),
            (0x66, [0x20, 0x02], .readerSecurityModule), (0x10, [0x20, 0x01], .readerProtocol),
            (0x11, [0x20, 0x01], .readerProtocol), (0x21, [0x20, 0x01], .readerProtocol),
            (0x24, [0x20, 0x01], .readerProtocol), (0x9F, [0x30, 0x01], .readerProtocol),
            (0x90, [0x30, 0x01], .readerProtocol), (0x77, [0x20, 0x01], .readerProtocol),
        ]
        try await run { lab in
            lab.reader.put(.wang)
            for (status, command, code) in expected {
                lab.reader.script(.status(status, command: command))
                let met = await fault { _ = try await lab.station.read() }
                #expect(met?.code == code, "SW3 \(status)")
                if let known = SAMStatus(rawValue: status), ![.done, .found].contains(known) {
                    #expect(met?.detail.contains(known.words) == true)
                }
                try await expectWang(lab)
            }
            #expect(await lab.station.status().state == .ready)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reply that is broken in any way is refused, and the next read is right`() async throws {
        let faults: [SimulatedSAMFault] = [
            .wrongChecksum, .length(0), .length(3), .length(0xFFFF), .length(0x0009), .cut(1), .cut(100), .silence,
            .noise([UInt8](repeating: 0x55, count: 5000)), .answer([]), .answer([0xAA, 0xAA, 0xAA, 0x96, 0x69]),
            .answer([UInt8](repeating: 0xAA, count: 200)),
        ]
        // Half of them are waited out.
        let short = SAMTimeouts(command: .seconds(1), read: .seconds(1), drain: .milliseconds(20))
        try await run(timeouts: short) { lab in
            lab.reader.put(.wang)
            for broken in faults {
                lab.reader.script(broken)
                let met = await fault { _ = try await lab.station.read() }
                #expect(
                    [.readerProtocol, .usbTimeout].contains(met?.code), "\(broken): \(met.map(\.description) ?? "-")")
                try await expectWang(lab)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `noise before a reply and a late reply after it do not spoil a read`() async throws {
        let late: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x80, 0x84]
        try await run { lab in
            lab.reader.put(.wang)
            _ = await lab.station.status()
            lab.reader.script(.noise([0x00, 0xAA, 0xAA, 0x96, 0x41]))
            lab.reader.script(.trailing(late))
            try await expectWang(lab)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [[0x20, 0x01], [0x20, 0x02], [0x30, 0x01]] as [[UInt8]])
    func `a card lifted in the middle is a fault, not a hang, and reads when it is back`(
        during command: [UInt8]
    ) async throws {
        try await run { lab in
            lab.reader.put(.wang)
            lab.reader.script(.liftCard(during: command))
            await expectFault(command == [0x20, 0x01] ? .cardAbsent : .cardRemoved) { _ = try await lab.station.read() }
            await expectFault(.cardAbsent) { _ = try await lab.station.read() }
            lab.reader.put(.wang)
            try await expectWang(lab)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func `putting and lifting a card are told, and a replug within seconds`(needsLift: Bool) async throws {
        try await run(SimulatedResidentReader(needsLift: needsLift)) { lab in
            var events = await lab.station.events().makeAsyncIterator()
            #expect(await events.next() == .readerReady(hasCard: false))
            lab.reader.put(.wang)
            #expect(await events.next() == .inserted)
            try await expectWang(lab)
            lab.reader.liftCard()
            #expect(await events.next() == .removed)
            lab.reader.put(.wang)
            #expect(await events.next() == .inserted)
            await lab.server.unplug(Lab.bus)
            #expect(await events.next() == .removed)
            guard case .readerLost = await events.next() else {
                Issue.record("the loss was not told")
                return
            }
            #expect(await lab.station.status().state == .missing)
            lab.reader.put(.wang)
            await lab.server.plug(lab.reader, at: Lab.bus)
            #expect(await events.next() == .readerReady(hasCard: true))
            #expect(await events.next() == .inserted)
            try await expectWang(lab)
            await lab.station.shutdown()
            #expect(await events.next() == nil)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a replug between two reads and one in the middle of a read are survived`() async throws {
        try await run { lab in
            lab.reader.put(.wang)
            try await expectWang(lab)
            await lab.server.plug(lab.reader, at: Lab.bus)
            try await expectWang(lab)
            await lab.server.inject(.unplug(afterTransfers: 9), at: Lab.bus)
            _ = await fault { _ = try await lab.station.read() }
            await expectFault(.usbNotFound) { _ = try await lab.station.read() }
            await lab.server.plug(lab.reader, at: Lab.bus)
            lab.reader.put(.wang)
            try await expectWang(lab)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a module with four pipes, and a simulated one in production, are refused`() async throws {
        try await run(SimulatedResidentReader(fourPipes: true)) { lab in
            await expectFault(.readerUnsuitable) { _ = try await lab.station.read() }
        }
        try await run(allowsSimulated: false) { lab in
            await expectFault(.usbSimulatedRefused) { _ = try await lab.station.read() }
        }
    }

    @Test func `a module that finds no card for long is asked half as often, and at once as before when one was there`()
    {
        let times = WatchTimes(poll: .milliseconds(300), quietPoll: .milliseconds(600), quietAfter: 100)
        #expect(times.pause(afterMisses: 0) == .milliseconds(300))
        #expect(times.pause(afterMisses: 99) == .milliseconds(300))
        #expect(times.pause(afterMisses: 100) == .milliseconds(600))
        #expect(WatchTimes(poll: .milliseconds(250)).pause(afterMisses: 1_000) == .milliseconds(250))
    }

    @Test(.timeLimit(.minutes(1)))
    func `the watch tells its reader's wait how many looks in a row found nobody`() async throws {
        let found = Mutex([false, false, false, true, false])
        let reader = SerialGate()
        let (waits, told) = AsyncStream.makeStream(of: Int.self)
        let watch = CardWatch<SerialGate>(
            role: "idcard", times: WatchTimes(), patience: 2,
            source: .init(
                look: { () async throws(Fault) in
                    let isPresent = found.withLock { $0.isEmpty ? false : $0.removeFirst() }
                    return (reader, ObjectIdentifier(reader), isPresent)
                },
                wait: { _, misses async throws(Fault) in
                    told.yield(misses)
                    try? await Task.sleep(for: .milliseconds(1))
                    return nil
                },
                isOfReader: { _ in true }, letGo: { _, _ in }))
        let events = await watch.events()
        var seen: [Int] = []
        for await misses in waits.prefix(5) { seen.append(misses) }
        #expect(seen == [1, 2, 3, 0, 1])
        await watch.finish()
        _ = events
    }

    @Test func `without a path or ids only the module's own ids are taken`() {
        let role = ResidentIDStation.role(path: nil, vendorID: nil, productID: nil)
        #expect(role.vendorID == 0x0400 && role.productID == 0xC35A)
        let named = ResidentIDStation.role(path: "1-5", vendorID: nil, productID: nil)
        #expect(named.vendorID == nil && named.path == "1-5")
    }

    @Test(.timeLimit(.minutes(1)))
    func `the udev rules give kioskd every bridge and module that the driver knows`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let rules = try String(contentsOf: root.appending(path: "udev/60-kiosk.rules"), encoding: .utf8)
        let module = ResidentIDStation.role(path: nil, vendorID: nil, productID: nil)
        let known =
            SerialBridge.table.map { ($0.vendorID, $0.productIDs) }
            + [(try #require(module.vendorID), [try #require(module.productID)])]
        for (vendor, products) in known {
            let ids = products.map { String(format: "%04x", $0) }.joined(separator: "|")
            let match = "ATTR{idVendor}==\"\(String(format: "%04x", vendor))\", ATTR{idProduct}==\"\(ids)\""
            #expect(rules.contains(match), "\(match)")
        }
    }
}
