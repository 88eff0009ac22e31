import Crypto
import KioskCrypto
import KioskModel
import SimulatedDevices
import Testing
import USBTransport

@testable import CardReader

@Suite(.serialized)
struct PIVDoctorStationTests {
    private let certificate: TestCertificate
    private let pin = Secret("123456")
    private let message = Array("a prescription".utf8)

    init() throws { certificate = try TestCertificate() }

    private func card(
        policy: SimulatedPIVCard.PINPolicy = .once, tries: Int = 3, certificate der: [UInt8]? = nil
    ) throws -> SimulatedPIVCard {
        try SimulatedPIVCard(
            rawKey: Array(certificate.key.rawRepresentation), certificate: der ?? certificate.der, pin: "123456",
            tries: tries, policy: policy)
    }

    private func run(_ body: (ReaderLab, PIVDoctorStation) async throws -> Void) async throws {
        try await ReaderLab.run(role: "doctor-reader") { lab in try await body(lab, lab.doctorStation) }
    }

    private var digest: [UInt8] { KioskCrypto.Digest.sha256(message) }

    @Test(.timeLimit(.minutes(1)))
    func `a signature by the card verifies with the certificate on the card`() async throws {
        try await run { lab, station in
            lab.reader.insert(try card())
            let unlocked = try await station.unlock(pin: pin)
            #expect(unlocked.certificate == certificate.der)
            #expect(unlocked.custody == .softwareLab)
            let key = try CardCertificate(der: unlocked.certificate).key
            for _ in 0..<5 {
                let signature = try await station.sign(digest: digest)
                #expect(signature.count == 64)
                #expect(key.verifies(signature, over: message))
                #expect(!key.verifies(signature, over: message + [0]))
            }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [SimulatedReaderOptions.Exchange.shortAPDU, .extendedAPDU])
    func `a certificate of several kilobytes arrives whole, in one block or in many`(
        _ exchange: SimulatedReaderOptions.Exchange
    ) async throws {
        let long = try TestCertificate(padding: 3_000)
        var options = SimulatedReaderOptions()
        options.exchange = exchange
        if exchange == .extendedAPDU { options.maximumMessageLength = 64 }
        try await ReaderLab.run(options, role: "doctor-reader") { lab in
            lab.reader.insert(try card(certificate: long.der))
            let unlocked = try await lab.doctorStation.unlock(pin: pin)
            #expect(unlocked.certificate == long.der)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a wrong PIN tells the tries left, a right one restores them, and the last try blocks`() async throws {
        try await run { lab, station in
            let card = try card()
            lab.reader.insert(card)
            let wrong = Secret("654321")
            let first = await fault { _ = try await station.unlock(pin: wrong) }
            #expect(first?.code == .doctorPINWrong)
            #expect(first?.detail == "2 tries left")
            await expectFault(.doctorPINWrong, detail: "1 try left") { _ = try await station.unlock(pin: wrong) }
            _ = try await station.unlock(pin: pin)
            #expect(card.triesLeft == 3)
            for _ in 0..<2 {
                await expectFault(.doctorPINWrong) { _ = try await station.unlock(pin: wrong) }
            }
            await expectFault(.doctorPINBlocked) { _ = try await station.unlock(pin: wrong) }
            await expectFault(.doctorPINBlocked) { _ = try await station.unlock(pin: pin) }
            await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["", "12345", "123456789", "12345a", "１２３４５６", "123 456"])
    func `a malformed PIN costs no try`(_ malformed: String) async throws {
        try await run { lab, station in
            let card = try card()
            lab.reader.insert(card)
            let met = await fault { _ = try await station.unlock(pin: Secret(malformed)) }
            #expect(met?.code == .doctorPINWrong)
            #expect(card.triesLeft == 3)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that could not sign anyway costs no try`() async throws {
        try await run { lab, station in
            let broken = try card(certificate: [0x30, 0x03, 1, 2, 3])
            lab.reader.insert(broken)
            let wrong = Secret("654321")
            await expectFault(.doctorCertificateMismatch) { _ = try await station.unlock(pin: wrong) }
            #expect(broken.triesLeft == 3)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the PIN is needed again after lock, card reset, reader replug and card change`() async throws {
        try await run { lab, station in
            await expectFault(.doctorCardAbsent) { _ = try await station.unlock(pin: pin) }
            let card = try card()
            lab.reader.insert(card)
            await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }

            _ = try await station.unlock(pin: pin)
            await station.lock()
            #expect(!lab.reader.isCardPowered)
            await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }

            _ = try await station.unlock(pin: pin)
            lab.reader.removeCard()
            await expectFault(.doctorCardAbsent) { _ = try await station.sign(digest: digest) }
            lab.reader.insert(card)
            await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }

            _ = try await station.unlock(pin: pin)
            lab.reader.insert(card)
            await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }

            _ = try await station.unlock(pin: pin)
            await lab.server.plug(lab.reader, at: ReaderLab.bus)
            await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }

            _ = try await station.unlock(pin: pin)
            #expect(try await station.sign(digest: digest).count == 64)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card that wants its PIN for every signature gets it`() async throws {
        try await run { lab, station in
            lab.reader.insert(try card(policy: .always))
            for _ in 0..<2 {
                _ = try await station.unlock(pin: pin)
                #expect(try await station.sign(digest: digest).count == 64)
                await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card verified by an earlier connection does not sign for a later one`() async throws {
        try await run { lab, station in
            lab.reader.insert(try card())
            _ = try await station.unlock(pin: pin)
            lab.reader.script(.truncatedReply)
            await expectFault(.readerProtocol) { _ = try await station.sign(digest: digest) }
            await expectFault(.doctorPINNeeded) { _ = try await station.sign(digest: digest) }
            #expect(!lab.reader.isCardPowered)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card pulled while it signs, or of another kind, is an absent doctor's card`() async throws {
        try await run { lab, station in
            lab.reader.insert(try card())
            _ = try await station.unlock(pin: pin)
            lab.reader.script(.pullCard(afterAPDUs: 0))
            await expectFault(.doctorCardAbsent) { _ = try await station.sign(digest: digest) }
            lab.reader.insert(SimulatedWrongCard())
            let met = await fault { _ = try await station.unlock(pin: pin) }
            #expect(met?.code == .doctorCardAbsent, "\(met?.detail ?? "")")
            #expect(met?.device == "doctor-reader")
            lab.reader.insert(SimulatedMuteCard())
            await expectFault(.cardMute) { _ = try await station.unlock(pin: pin) }
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            [0x90, 0x00], [0x7C, 0x02, 0x82, 0x00, 0x90, 0x00], [0x7C, 0x82, 0xFF, 0xFF, 0x82, 0x90, 0x00],
            [0x7C, 0x0A, 0x82, 0x08, 0x30, 0x06, 0x02, 0x01, 0x85, 0x02, 0x01, 0x06, 0x90, 0x00], [0x6F, 0x00],
            [0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x06, 0x90, 0x00],
        ])
    func `a malformed signature is refused`(_ answer: [UInt8]) async throws {
        try await run { lab, station in
            lab.reader.insert(try card())
            _ = try await station.unlock(pin: pin)
            lab.reader.script(.answer(answer))
            await expectFault(.doctorSignatureFailed) { _ = try await station.sign(digest: digest) }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `only a digest of 32 bytes is signed`() async throws {
        try await run { lab, station in
            lab.reader.insert(try card())
            for count in [0, 31, 33, 64] {
                _ = try await station.unlock(pin: pin)
                let wrong = [UInt8](repeating: 1, count: count)
                await expectFault(.doctorSignatureFailed) { _ = try await station.sign(digest: wrong) }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a key in PEM form signs as the raw one does`() async throws {
        try await run { lab, station in
            lab.reader.insert(
                try SimulatedPIVCard(
                    pemKey: certificate.key.pemRepresentation, certificate: certificate.der, pin: "123456"))
            _ = try await station.unlock(pin: pin)
            let key = try CardCertificate(der: certificate.der).key
            #expect(key.verifies(try await station.sign(digest: digest), over: message))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `shutdown powers the card off and ends the station`() async throws {
        try await run { lab, station in
            lab.reader.insert(try card())
            _ = try await station.unlock(pin: pin)
            #expect(await station.status().state == .ready)
            #expect(await station.status().simulated)
            await station.shutdown()
            #expect(!lab.reader.isCardPowered)
            await expectFault { _ = try await station.sign(digest: digest) }
        }
    }
}
