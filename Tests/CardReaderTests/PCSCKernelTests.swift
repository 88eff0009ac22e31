import Foundation
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import CardReader

/// A simulated reader of two slots on the kernel's bus, driven by the machine's own pcscd and libccid, which must list
/// its ids. Only where `KIOSK_PCSC_KERNEL` says that this may be done (Tests/VM/cases/pcsc.py).
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["KIOSK_PCSC_KERNEL"] == "1"))
struct PCSCKernelTests {
    private static let bus = "1-1"
    private static let patience = Duration.seconds(60)

    /// The reader's exchange, whether the card takes the extended form, and how many commands carry 1000 bytes.
    static let long: [(SimulatedReaderOptions.Exchange, Bool, Int)] = [(.extendedAPDU, true, 1)]

    @Test(.timeLimit(.minutes(5)), arguments: long)
    func `a long command goes in one where libccid and the card take it, to the card in the role's own slot`(
        _ exchange: SimulatedReaderOptions.Exchange, _ takesExtended: Bool, _ count: Int
    ) async throws {
        var options = SimulatedReaderOptions()
        (options.exchange, options.slots) = (exchange, 2)
        try await Self.attached(options) { reader, path in
            let memory = SimulatedMemoryCard(takesExtended: takesExtended)
            reader.insert(SimulatedSocialSecurityCard(holder: .wang), slot: 0)
            reader.insert(memory, slot: 1)
            let selection = { PCSCSelection(role: $0, path: path, name: nil, slot: $1, allowsSimulated: true) }
            let source = PCSCSource(selection: selection("doctor-reader", 1), timeouts: PCSCTimeouts())
            let patient = SocialSecurityStation(
                source: PCSCSource(selection: selection("reader", 0), timeouts: PCSCTimeouts()),
                times: ReaderLab.times)
            await expectEventually(within: Self.patience, "the patient's card is read in slot 0") {
                (try? await patient.read().name) == "王堃喆"
            }
            let held = try await source.open().result.get()
            let channel = CardChannel(reader: held, card: try await held.powerOn())
            let data = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let put = try await channel.transmit(CommandAPDU(0x00, 0xDB, 0x3F, 0xFF, data: data))
            #expect(put.status == .success && memory.memory == data)
            #expect(memory.commandLengths.count == count, "\(memory.commandLengths)")
            // The doctor's card stays powered meanwhile; its reader must not stand in the way of the other slot.
            #expect(try await patient.read().name == "王堃喆")
            #expect(await patient.status().address == path)
            let get = try await channel.transmit(CommandAPDU(0x00, 0xCB, 0x3F, 0xFF, expected: 0))
            #expect(get.data == data)
            await patient.shutdown()
            await source.shutdown()
        }
    }

    private static func attached(
        _ options: SimulatedReaderOptions, _ body: (SimulatedCCIDReader, String) async throws -> Void
    ) async throws {
        let server = USBIPServer()
        let port = try await server.start()
        let reader = SimulatedCCIDReader(options: options)
        await server.plug(reader, at: bus)
        let result: Result<Void, any Error>
        do {
            try await VirtualHostController().attach(bus, port: port, slot: 0)
            try await body(reader, VirtualHostController.path(ofSlot: 0))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await server.stop()
        try result.get()
    }
}
