import KioskModel
import SimulatedDevices
import Testing
import USBTransport

@testable import CardReader

/// Readers of several slots, readers that leave the voltage to the host, commands longer than a message.
@Suite(.serialized)
struct CCIDReaderKindsTests {
    private let card = SimulatedSocialSecurityCard(holder: .wang)

    private func station(_ lab: ReaderLab, slot: UInt8) -> SocialSecurityStation {
        SocialSecurityStation(binding: lab.binding, slot: slot, timeouts: ReaderLab.quick, times: ReaderLab.times)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the configured slot alone is used, and what lies in the other stays unpowered`() async throws {
        var options = SimulatedReaderOptions()
        options.slots = 2
        try await ReaderLab.run(options) { lab in
            let station = station(lab, slot: 1)
            lab.reader.insert(SimulatedWrongCard(), slot: 0)
            await expectFault(.cardAbsent) { _ = try await station.read() }
            lab.reader.insert(card, slot: 1)
            let identity = try await station.read()
            #expect(identity.name == "王堃喆")
            lab.reader.removeCard(slot: 1)
            await expectFault(.cardAbsent) { _ = try await station.read() }
            #expect(!lab.reader.isCardPowered(slot: 0))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slot's watch tells nothing of its neighbour`() async throws {
        var options = SimulatedReaderOptions()
        options.slots = 2
        try await ReaderLab.run(options) { lab in
            let station = station(lab, slot: 1)
            var events = await station.events().makeAsyncIterator()
            #expect(await events.next() == .readerReady(hasCard: false))
            for _ in 0..<3 {
                lab.reader.insert(SimulatedWrongCard(), slot: 0)
                lab.reader.removeCard(slot: 0)
            }
            lab.reader.insert(card, slot: 1)
            #expect(await events.next() == .inserted)
            lab.reader.removeCard(slot: 1)
            #expect(await events.next() == .removed)
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a slot that the reader lacks is refused with the number of those it has`() async throws {
        try await ReaderLab.run { lab in
            await expectFault(.readerUnsuitable, detail: "slot 1 of 1, counted from 0") {
                _ = try await station(lab, slot: 1).read()
            }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 2, 3] as [UInt8])
    func `a reader that leaves the voltage to the host finds the one that the card wants`(
        _ select: UInt8
    ) async throws {
        var options = SimulatedReaderOptions()
        options.hasAutomaticVoltage = false
        try await ReaderLab.run(options) { lab in
            lab.reader.insert(SimulatedVoltageCard(card, only: select))
            let identity = try await lab.patientStation.read()
            #expect(identity.name == "王堃喆")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that wants a voltage which the reader lacks is mute, and no other voltage is put on it`() async throws
    {
        var options = SimulatedReaderOptions()
        (options.hasAutomaticVoltage, options.voltages) = (false, 1)
        try await ReaderLab.run(options) { lab in
            lab.reader.insert(SimulatedVoltageCard(card, only: 3))
            await expectFault(.cardMute) { _ = try await lab.patientStation.read() }
        }
    }

    /// Reader exchange, whether the card takes the extended form, and how many commands carry 1000 bytes.
    static let long: [(SimulatedReaderOptions.Exchange, Bool, Int)] = [
        (.shortAPDU, true, 4), (.shortAPDU, false, 4), (.extendedAPDU, true, 1), (.extendedAPDU, false, 4),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: long)
    func `a long command reaches the card whole: extended where both take it, chained where not`(
        _ exchange: SimulatedReaderOptions.Exchange, _ takesExtended: Bool, _ count: Int
    ) async throws {
        var options = SimulatedReaderOptions()
        options.exchange = exchange
        try await ReaderLab.run(options) { lab in
            let memory = SimulatedMemoryCard(takesExtended: takesExtended)
            lab.reader.insert(memory)
            let reader = try await CCIDReader.open(
                try await lab.binding.connection(), role: "reader", timeouts: ReaderLab.quick)
            let channel = CardChannel(reader: reader, card: try await reader.powerOn())
            let data = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let put = try await channel.transmit(CommandAPDU(0x00, 0xDB, 0x3F, 0xFF, data: data))
            #expect(put.status == .success)
            #expect(memory.memory == data)
            #expect(memory.commandLengths.count == count)
            let get = try await channel.transmit(CommandAPDU(0x00, 0xCB, 0x3F, 0xFF, expected: 0))
            #expect(get.data == data)
        }
    }
}
