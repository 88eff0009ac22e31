import Foundation
import KioskCrypto
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import CardReader

/// Both stations through a real pcscd. What its virtual reader can't be, is said in Sources/CardReader/README.md.
@Suite(.serialized)
struct PCSCStationTests {
    private let card = SimulatedSocialSecurityCard(holder: .wang)

    /// pcscd looks for cards every 400 ms.
    private func readWang(_ station: SocialSecurityStation) async -> Bool {
        await eventually(within: .seconds(10)) { (try? await station.read().name) == "王堃喆" }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a social security card is read by way of pcscd, and is powered off after it`() async throws {
        try await PCSCLab.run { lab in
            let station = lab.patientStation()
            await expectFault(.cardAbsent) { _ = try await station.read() }
            let virtual = try await lab.insert(card)
            #expect(await readWang(station))
            let identity = try await station.read()
            #expect(identity.number == "11010519491231002X" && identity.cardNumber == "A00000001")
            let status = await station.status()
            #expect(status.state == .ready && status.simulated && status.address == PCSCLab.patientSlot)
            virtual.remove()
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the doctor's card signs by way of pcscd, and needs its PIN anew after a pull`() async throws {
        let certificate = try TestCertificate()
        let make = {
            try SimulatedPIVCard(
                rawKey: Array(certificate.key.rawRepresentation), certificate: certificate.der, pin: "123456")
        }
        try await PCSCLab.run { lab in
            let station = lab.doctorStation
            let virtual = try await lab.insert(try make(), doctor: true)
            let isUnlocked = await eventually(within: .seconds(10)) {
                (try? await station.unlock(pin: Secret("123456")))?.custody == .softwareLab
            }
            #expect(isUnlocked)
            let message = Array("a prescription".utf8)
            let key = try CardCertificate(der: certificate.der).key
            for _ in 0..<3 {
                let signature = try await station.sign(digest: KioskCrypto.Digest.sha256(message))
                #expect(key.verifies(signature, over: message))
            }
            #expect(await station.isUnlocked())
            virtual.remove()
            await expectEventually("the card's absence is seen") { await !station.isUnlocked() }
            let again = try await lab.insert(try make(), doctor: true)
            await expectEventually("the PIN is needed") {
                let met = await fault { _ = try await station.sign(digest: KioskCrypto.Digest.sha256(message)) }
                return met?.code == .doctorPINNeeded
            }
            await expectFault(.doctorPINWrong) { _ = try await station.unlock(pin: Secret("000000")) }
            again.remove()
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `insertion, removal and the end and return of pcscd are events`() async throws {
        var station: SocialSecurityStation?
        var events: AsyncStream<CardEvent>.AsyncIterator?
        try await PCSCLab.run { lab in
            station = lab.patientStation()
            events = await station?.events().makeAsyncIterator()
            #expect(await events?.next() == .readerReady(hasCard: false))
            let first = try await lab.insert(card)
            #expect(await events?.next() == .inserted)
            first.remove()
            #expect(await events?.next() == .removed)
            _ = try await lab.insert(card)
            #expect(await events?.next() == .inserted)
        }
        #expect(await events?.next() == .removed)
        guard case .readerLost(let lost) = await events?.next() else {
            Issue.record("pcscd's end was not told")
            return
        }
        #expect(lost.code == .pcscUnavailable, "\(lost)")
        try await PCSCLab.run { lab in
            #expect(await events?.next() == .readerReady(hasCard: false))
            _ = try await lab.insert(card)
            #expect(await events?.next() == .inserted)
            if let station { #expect(await readWang(station)) }
            await station?.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 4])
    func `a card pulled in the middle of a read is a fault, and reads when it is back`(_ answered: Int) async throws {
        try await PCSCLab.run { lab in
            let station = lab.patientStation()
            let pulled = PulledCard(card, after: answered)
            let virtual = try await lab.insert(pulled)
            pulled.pull = { virtual.remove() }
            var met = await fault { _ = try await station.read() }
            // pcscd looks for cards every 400 ms.
            while met?.code == .cardAbsent {
                try await Task.sleep(for: .milliseconds(20))
                met = await fault { _ = try await station.read() }
            }
            #expect(met?.code == .cardRemoved, "\(String(describing: met))")
            let back = try await lab.insert(card)
            let reads = await readWang(station)
            let last = await fault { _ = try await station.read() }
            #expect(reads, "\(String(describing: last))")
            back.remove()
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `without pcscd the reader is missing, with the words that name pcscd`() async throws {
        // Sets the socket's place for this process; nothing listens there now.
        try await PCSCLab.run { _ in }
        let selection = PCSCSelection(role: "reader", path: nil, name: "Virtual PCD", allowsSimulated: true)
        let station = SocialSecurityStation(pcsc: selection)
        await expectFault(.pcscUnavailable) { _ = try await station.read() }
        #expect(await station.status().state == .missing)
        await station.shutdown()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a pcscd that hangs costs a limit and no thread for each attempt, and serves again when it wakes`()
        async throws
    {
        try await PCSCLab.run { lab in
            let station = lab.patientStation()
            let virtual = try await lab.insert(card)
            #expect(await readWang(station))
            kill(lab.processID, SIGSTOP)
            await expectFault(.pcscUnavailable) { _ = try await station.read() }
            let threads = { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task"))?.count ?? 0 }
            let before = threads()
            for _ in 0..<20 { await expectFault(.pcscUnavailable) { _ = try await station.read() } }
            #expect(threads() <= before + 4)
            kill(lab.processID, SIGCONT)
            #expect(await readWang(station))
            virtual.remove()
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reader that another program holds is a fault of its own`() async throws {
        try await PCSCLab.run { lab in
            let station = lab.patientStation()
            let virtual = try await lab.insert(card)
            #expect(await readWang(station))
            let other = PCSCContext(name: "other")
            try await other.open()
            _ = try await other.connect(PCSCLab.patientSlot)
            await expectFault(.pcscReaderHeld) { _ = try await station.read() }
            await other.close()
            other.thread.stop()
            #expect(await readWang(station))
            virtual.remove()
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `production refuses a reader that nobody can show to be real, and a name that is not there is told`()
        async throws
    {
        try await PCSCLab.run { lab in
            await expectFault(.usbSimulatedRefused) { _ = try await lab.patientStation(production: true).read() }
            let elsewhere = "pcscd has no reader ACS ACR39U; it has: Virtual PCD 00 00, Virtual PCD 00 01"
            await expectFault(.usbNotFound, detail: elsewhere) {
                _ = try await lab.patientStation(named: "ACS ACR39U").read()
            }
            await expectFault(.usbNotFound) { _ = try await lab.patientStation(named: nil, path: "1-1.4").read() }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `every call runs on the context's own thread`() async {
        let context = PCSCContext(name: "probe")
        let isOwn = await context.run { context in context.thread.isCurrent }
        #expect(isOwn)
        context.thread.stop()
    }

    @Test func `bus and address of a reader lead to its port, ids and serial`() throws {
        let channel = try #require(USBChannel(0x0020_0105))
        #expect(channel.bus == 1 && channel.address == 5)
        #expect(USBChannel(0x0001_0105) == nil)
        let folder = TemporaryFolder()
        let write = { (path: String, attributes: [String: String]) in
            let device = folder.file(path)
            try FileManager.default.createDirectory(atPath: device, withIntermediateDirectories: true)
            for (name, value) in attributes {
                try (value + "\n").write(toFile: device + "/" + name, atomically: true, encoding: .utf8)
            }
        }
        try write("1-1.3", ["busnum": "1", "devnum": "4"])
        try write("1-1.4:1.0", ["busnum": "1", "devnum": "5"])
        try write(
            "1-1.4",
            [
                "busnum": "1", "devnum": "5", "idVendor": "072f", "idProduct": "b100", "serial": "X1",
                "manufacturer": "ACS",
            ])
        let reader = try #require(USBChannel(0x0020_0105)?.reader(name: "ACS", devices: folder.path))
        #expect(reader.address == "1-1.4" && reader.vendorID == 0x072F && reader.productID == 0xB100)
        #expect(reader.serial == "X1" && !reader.isSimulated)
        #expect(USBChannel(0x0020_0106)?.reader(name: "ACS", devices: folder.path) == nil)
        try write("1-1.4", ["manufacturer": "Kiosk Lab (simulated)"])
        #expect(USBChannel(0x0020_0105)?.reader(name: "ACS", devices: folder.path)?.isSimulated == true)
    }

    @Test func `each code of libpcsclite becomes the fault that says what to do`() {
        let expected: [UInt32: FaultCode] = [
            0x8010_001D: .pcscUnavailable, 0x8010_001E: .pcscUnavailable, 0x8010_000A: .pcscUnavailable,
            0x8010_006A: .pcscUnavailable, 0x8010_000B: .pcscReaderHeld, 0x8010_0009: .usbDisconnected,
            0x8010_0017: .usbDisconnected, 0x8010_000C: .cardAbsent, 0x8010_0069: .cardRemoved,
            0x8010_0068: .cardRemoved, 0x8010_0066: .cardMute, 0x8010_000F: .cardMute, 0x8010_0016: .cardMute,
            0x8010_0001: .readerProtocol,
        ]
        for (code, fault) in expected {
            #expect(PCSCError(code: code).fault(role: "reader", "test").code == fault)
        }
    }
}

/// A card that is pulled out by its own command.
private final class PulledCard: SimulatedCard, @unchecked Sendable {
    private let card: any SimulatedCard
    private var left: Int
    var pull: () -> Void = {}

    init(_ card: any SimulatedCard, after count: Int) {
        self.card = card
        left = count
    }

    var answerToReset: [UInt8]? { card.answerToReset }

    func reset() { card.reset() }

    func transmit(_ apdu: [UInt8]) -> [UInt8] {
        left -= 1
        if left < 0 { pull() }
        return card.transmit(apdu)
    }
}

extension PCSCContext {
    fileprivate func run<Value: Sendable>(_ body: @Sendable (isolated PCSCContext) -> Value) -> Value { body(self) }
}
