import KioskModel
import KioskTestSupport
import SimulatedDevices
import Synchronization
import Testing
import USBTransport

@testable import CardReader

@Suite(.serialized)
struct SocialSecurityStationTests {
    private let card = SimulatedSocialSecurityCard(holder: .wang)

    private func expectWang(_ station: SocialSecurityStation) async throws {
        let identity = try await station.read()
        #expect(identity.name == "王堃喆")
    }

    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func `a social security card is read over the wire`(extended: Bool) async throws {
        var options = SimulatedReaderOptions()
        if extended { (options.exchange, options.maximumMessageLength) = (.extendedAPDU, 64) }
        try await ReaderLab.run(options) { lab in
            lab.reader.insert(card)
            let identity = try await lab.patientStation.read()
            #expect(identity.name == "王堃喆")
            #expect(identity.number == "11010519491231002X")
            #expect(identity.cardNumber == "A00000001")
            #expect(identity.sex == .female)
            #expect(identity.birthDate == "1949-12-31")
            #expect(!lab.reader.isCardPowered)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `no card, a wrong card and a mute card are three different faults`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            await expectFault(.cardAbsent) { _ = try await station.read() }
            lab.reader.insert(SimulatedWrongCard())
            await expectFault(.cardWrongKind) { _ = try await station.read() }
            lab.reader.insert(SimulatedMuteCard())
            await expectFault(.cardMute) { _ = try await station.read() }
            lab.reader.insert(card)
            try await expectWang(station)
            // What was wrong with cards is not the reader's trouble.
            #expect(await station.status().state == .ready)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [0, 1, 3, 6, 8])
    func `a card pulled in the middle of a read is a fault, not a hang, and reads when it is back`(
        after answered: Int
    ) async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            lab.reader.script(.pullCard(afterAPDUs: answered))
            await expectFault(.cardRemoved) { _ = try await station.read() }
            await expectFault(.cardAbsent) { _ = try await station.read() }
            lab.reader.insert(card)
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a record of another length than usual is read with the length that the card names`() async throws {
        try await ReaderLab.run { lab in
            card.replaceRecord(file: 0xEF06, tag: 0x09, with: [0x09, 4, 0xCD, 0xF5, 0xCE, 0xE5])
            lab.reader.insert(card)
            let identity = try await lab.patientStation.read()
            #expect(identity.name == "王五")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that falls silent in the middle is mute, and reads again after a power-on`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            lab.reader.script(.muteCard(afterAPDUs: 3))
            await expectFault(.cardMute) { _ = try await station.read() }
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that is mute once gets a second power-on, one that is mute twice is mute`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            lab.reader.script(.mutePowerOns(1))
            try await expectWang(station)
            lab.reader.script(.mutePowerOns(2))
            await expectFault(.cardMute) { _ = try await station.read() }
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `stale replies and time extensions are read past`() async throws {
        try await ReaderLab.run { lab in
            lab.reader.insert(card)
            lab.reader.script(.staleReplies(10))
            lab.reader.script(.timeExtensions(20))
            try await expectWang(lab.patientStation)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `replies that stay out of sequence are a fault of the reader`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            _ = try await station.read()
            lab.reader.script(.staleReplies(11))
            lab.reader.script(.staleReplies(11))
            await expectFault(.readerProtocol) { _ = try await station.read() }
            try await expectWang(station)
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            SimulatedReaderFault.truncatedReply, .corruptLength(0), .corruptLength(.max), .corruptLength(0x8000_0000),
            .answer([]), .answer([0x90]),
        ])
    func `a reply that lies about its length is a fault of the reader, and the next read works`(
        _ trouble: SimulatedReaderFault
    ) async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            lab.reader.script(trouble)
            await expectFault(.readerProtocol) { _ = try await station.read() }
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reader that says nothing is timed out and then opened anew`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            _ = try await station.read()
            lab.reader.script(.silence(2))
            await expectFault(.usbTimeout) { _ = try await station.read() }
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that announces data for ever is cut off`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            for answer: [UInt8] in [[0x61, 0x10], [0x61, 0x10]] { lab.reader.script(.answer(answer)) }
            await expectFault(.cardDataInvalid) { _ = try await station.read() }
            lab.reader.script(.answer([UInt8](repeating: 0x41, count: 300)))
            await expectFault(.readerProtocol) { _ = try await station.read() }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `broken records are a fault that names the record and not its content`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            for (tag, bytes) in [
                (0x08, nil), (0x08, [0x08, 18, 0x31, 0x32]), (0x09, [0x09, 2, 0xD5, 0x00]), (0x07, [0x07, 0xFF, 0x31]),
                (0x08, [0x08, 18] + Array("110105194912310021".utf8)), (0x09, []),
            ] as [(UInt8, [UInt8]?)] {
                let broken = SimulatedSocialSecurityCard(holder: .wang)
                broken.replaceRecord(file: tag == 0x07 ? 0xEF05 : 0xEF06, tag: tag, with: bytes)
                lab.reader.insert(broken)
                let met = await fault { _ = try await station.read() }
                #expect(met?.code == .cardDataInvalid, "\(tag) \(bytes ?? [])")
                #expect(met?.detail.contains("1101051949") == false)
            }
            let sparse = SimulatedSocialSecurityCard(holder: .wang)
            sparse.replaceRecord(file: 0xEF06, tag: 0x0A, with: nil)
            sparse.replaceRecord(file: 0xEF06, tag: 0x0D, with: nil)
            lab.reader.insert(sparse)
            let identity = try await station.read()
            #expect(identity.sex == .unknown && identity.birthDate == "1949-12-31")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reader that PC/SC must drive is refused in words that say so`() async throws {
        var tpdu = SimulatedReaderOptions()
        tpdu.exchange = .tpdu
        var manual = SimulatedReaderOptions()
        (manual.hasAutomaticVoltage, manual.voltages) = (false, 0)
        var known = SimulatedReaderOptions()
        (known.vendorID, known.productID) = (0x076B, 0x3022)
        for options in [tpdu, manual, known] {
            try await ReaderLab.run(options) { lab in
                let station = lab.patientStation
                let met = await fault { _ = try await station.read() }
                #expect(met?.code == .readerUnsuitable)
                #expect(met?.detail.contains("PC/SC") == true)
                let status = await station.status()
                #expect(status.state == .fault && status.fault?.code == .readerUnsuitable)
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reader whose class descriptor is cut is refused`() async throws {
        var options = SimulatedReaderOptions()
        options.classDescriptorLength = 20
        try await ReaderLab.run(options) { lab in
            await expectFault(.usbBadDescriptor) { _ = try await lab.patientStation.read() }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a production configuration refuses the simulated reader`() async throws {
        try await ReaderLab.run(allowsSimulated: false) { lab in
            await expectFault(.usbSimulatedRefused) { _ = try await lab.patientStation.read() }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `inserting and pulling the card are told, with and without interrupt endpoint`(
        interrupt: Bool
    ) async throws {
        var options = SimulatedReaderOptions()
        options.hasInterruptEndpoint = interrupt
        try await ReaderLab.run(options) { lab in
            let station = lab.patientStation
            var events = await station.events().makeAsyncIterator()
            #expect(await events.next() == .readerReady(hasCard: false))
            lab.reader.insert(card)
            #expect(await events.next() == .inserted)
            try await expectWang(station)
            lab.reader.removeCard()
            #expect(await events.next() == .removed)
            lab.reader.insert(card)
            #expect(await events.next() == .inserted)
            await station.shutdown()
            #expect(await events.next() == nil)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that was swapped between two looks is told as removed and inserted`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            var events = await station.events().makeAsyncIterator()
            #expect(await events.next() == .readerReady(hasCard: true))
            #expect(await events.next() == .inserted)
            lab.reader.removeCard()
            #expect(await events.next() == .removed)
            lab.reader.insert(card)
            #expect(await events.next() == .inserted)
            // The second card pushes the first one out.
            lab.reader.insert(SimulatedWrongCard())
            #expect(await events.next() == .removed)
            #expect(await events.next() == .inserted)
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a replugged reader is told as lost and ready, and its card reads within seconds`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            var events = await station.events().makeAsyncIterator()
            #expect(await events.next() == .readerReady(hasCard: true))
            #expect(await events.next() == .inserted)
            let start = ContinuousClock.now
            await lab.server.unplug(ReaderLab.bus)
            #expect(await events.next() == .removed)
            guard case .readerLost(let met) = await events.next() else {
                Issue.record("the loss was not told")
                return
            }
            #expect([.usbDisconnected, .usbNotFound].contains(met.code))
            #expect(await station.status().state == .missing)
            await expectFault(.usbNotFound) { _ = try await station.read() }
            await lab.server.plug(lab.reader, at: ReaderLab.bus)
            #expect(await events.next() == .readerReady(hasCard: true))
            #expect(await events.next() == .inserted)
            try await expectWang(station)
            // The pause of a device that is given up is a minute.
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(await station.status().state == .ready)
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reader replugged between two reads is opened anew without a fault`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            _ = try await station.read()
            await lab.server.plug(lab.reader, at: ReaderLab.bus)
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `unplugging in the middle of a read ends it with a fault of the bus`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            _ = await station.status()
            await lab.server.inject(.unplug(afterTransfers: 9), at: ReaderLab.bus)
            await expectFault(.usbDisconnected) { _ = try await station.read() }
            await lab.server.plug(lab.reader, at: ReaderLab.bus)
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stalled endpoint is cleared and the next read works`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            _ = try await station.read()
            await lab.server.inject(.stall(endpoint: 0x82), at: ReaderLab.bus)
            _ = await fault { _ = try await station.read() }
            try await expectWang(station)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `many reads, looks and events at the same time do not mix up their answers`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            let events = await station.events()
            let watching = Task { for await _ in events {} }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await expectWang(station) }
                    group.addTask { #expect(await station.status().state == .ready) }
                }
                try await group.waitForAll()
            }
            await station.shutdown()
            await watching.value
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a late listener is told how things stand, and shutdown ends every stream`() async throws {
        try await ReaderLab.run { lab in
            let station = lab.patientStation
            lab.reader.insert(card)
            var first = await station.events().makeAsyncIterator()
            #expect(await first.next() == .readerReady(hasCard: true))
            #expect(await first.next() == .inserted)
            var late = await station.events().makeAsyncIterator()
            #expect(await late.next() == .readerReady(hasCard: true))
            #expect(await late.next() == .inserted)
            await station.shutdown()
            #expect(await first.next() == nil)
            #expect(await late.next() == nil)
            await expectFault { _ = try await station.read() }
            var after = await station.events().makeAsyncIterator()
            #expect(await after.next() == nil)
        }
    }
}
