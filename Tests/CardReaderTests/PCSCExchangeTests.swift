import KioskCrypto
import KioskModel
import KioskTestSupport
import SimulatedDevices
import Testing

@testable import CardReader

/// What passes between card and kiosk by way of a real pcscd: both protocols, long commands, two slots of one reader.
@Suite(.serialized)
struct PCSCExchangeTests {
    /// vsmartcard's driver tells nothing of long commands, so that the card's word alone sends none.
    @Test(.timeLimit(.minutes(1)), arguments: [(true, false), (false, false), (true, true)])
    func `a long command goes in a chain where the driver promises nothing, and under T=0`(
        _ takesExtended: Bool, _ isByteProtocol: Bool
    ) async throws {
        try await PCSCLab.run { lab in
            let memory = SimulatedMemoryCard(takesExtended: takesExtended)
            let card = isByteProtocol ? ByteProtocolCard(memory) as any SimulatedCard : memory
            let virtual = try await lab.insert(card)
            let selection = PCSCSelection(role: "reader", path: nil, name: PCSCLab.patientSlot, allowsSimulated: true)
            let source = PCSCSource(selection: selection, timeouts: PCSCLab.quick)
            let reader = try await source.open().result.get()
            await expectEventually("pcscd has the card") { (try? await reader.cardState()) == .inactive }
            let channel = CardChannel(reader: reader, card: try await reader.powerOn())
            let data = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let put = try await channel.transmit(CommandAPDU(0x00, 0xDB, 0x3F, 0xFF, data: data))
            #expect(put.status == .success && memory.memory == data)
            #expect(memory.commandLengths.count == 4, "\(memory.commandLengths)")
            let get = try await channel.transmit(CommandAPDU(0x00, 0xCB, 0x3F, 0xFF, expected: 0))
            #expect(get.data == data)
            virtual.remove()
            await source.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a doctor's card of T=0 signs: no command carries data and Le, all that is announced is fetched`() async throws
    {
        let certificate = try TestCertificate()
        let card = ByteProtocolCard(
            try SimulatedPIVCard(
                rawKey: Array(certificate.key.rawRepresentation), certificate: certificate.der, pin: "123456"))
        try await PCSCLab.run { lab in
            let virtual = try await lab.insert(card, doctor: true)
            let station = lab.doctorStation
            await expectEventually("the card is unlocked") {
                (try? await station.unlock(pin: Secret("123456")))?.certificate == certificate.der
            }
            let message = Array("a prescription".utf8)
            let signature = try await station.sign(digest: KioskCrypto.Digest.sha256(message))
            let key = try CardCertificate(der: certificate.der).key
            #expect(key.verifies(signature, over: message))
            #expect(card.mixedCommands == 0)
            virtual.remove()
            await station.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `two roles on two slots of one reader meet their own cards alone`() async throws {
        let certificate = try TestCertificate()
        let doctorCard = try SimulatedPIVCard(
            rawKey: Array(certificate.key.rawRepresentation), certificate: certificate.der, pin: "123456")
        try await PCSCLab.run { lab in
            let (patient, doctor) = (
                lab.patientStation(named: "Virtual PCD", slot: 0), lab.doctorStation(named: "Virtual PCD", slot: 1)
            )
            let first = try await lab.insert(SimulatedSocialSecurityCard(holder: .wang))
            await expectEventually("the patient's card is read") { (try? await patient.read().name) == "王堃喆" }
            await expectFault(.doctorCardAbsent) { _ = try await doctor.unlock(pin: Secret("123456")) }
            let second = try await lab.insert(doctorCard, doctor: true)
            await expectEventually("the doctor's card is unlocked") {
                (try? await doctor.unlock(pin: Secret("123456"))) != nil
            }
            // Each use powers its own card alone: what was verified in the other slot still holds.
            _ = try await patient.read()
            #expect(await doctor.isUnlocked())
            #expect(await patient.status().address == PCSCLab.patientSlot)
            #expect(await doctor.status().address == PCSCLab.doctorSlot)
            let missing = "pcscd has no reader Virtual PCD with a slot 2; it has: Virtual PCD 00 00, Virtual PCD 00 01"
            await expectFault(.usbNotFound, detail: missing) {
                _ = try await lab.patientStation(named: "Virtual PCD", slot: 2).read()
            }
            first.remove()
            second.remove()
            await patient.shutdown()
            await doctor.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `who looks for a port passes over another role's reader, and tells of one that a foreign program holds`()
        async throws
    {
        try await PCSCLab.run { lab in
            let virtual = try await lab.insert(SimulatedSocialSecurityCard(holder: .wang))
            let own = PCSCContext(name: "own")
            try await own.open()
            let isPowered = await eventually(within: .seconds(10)) {
                (try? await own.connect(PCSCLab.patientSlot)) != nil
            }
            #expect(isPowered)
            let nowhere = { await fault { _ = try await lab.patientStation(named: nil, path: "1-1.4").read() } }
            #expect(await nowhere()?.code == .usbNotFound)
            // Not known as this program's: then somebody else holds it, and it may be the one.
            PCSCHeldReaders.remove(PCSCLab.patientSlot)
            #expect(await nowhere()?.code == .pcscReaderHeld)
            await own.close()
            own.thread.stop()
            #expect(await nowhere()?.code == .usbNotFound)
            virtual.remove()
        }
    }

    @Test func `a driver's properties tell the longest command, and a cut or foreign list tells nothing`() {
        let features: [UInt8] = [0x06, 4, 0x42, 0x33, 0, 0x06, 0x12, 4, 0x42, 0x33, 0, 0x12]
        #expect(PCSCProperties.request(in: features) == 0x4233_0012)
        for cut in 0..<features.count { #expect(PCSCProperties.request(in: Array(features.prefix(cut))) == nil) }
        #expect(PCSCProperties.request(in: [0x12, 2, 0x42, 0x33]) == nil)
        // libccid's list: ids, then dwMaxAPDUDataSize.
        let list: [UInt8] = [0x0B, 2, 0xE6, 0x08, 0x0C, 2, 0x33, 0x44, 0x0A, 4, 0, 0, 1, 0]
        #expect(PCSCProperties(parsing: list) == PCSCProperties(parsing: [0x0A, 4, 0, 0, 1, 0]))
        #expect(PCSCProperties(parsing: list).maximumData == 0x10000)
        #expect(PCSCProperties(parsing: list).takesExtendedAPDU)
        #expect(!PCSCProperties(parsing: [0x0A, 4, 0, 0, 0, 0]).takesExtendedAPDU)
        #expect(!PCSCProperties(parsing: [0x0A, 4, 0, 1, 0, 0]).takesExtendedAPDU)
        #expect(PCSCProperties(parsing: Array(list.dropLast())).maximumData == nil)
        #expect(PCSCProperties(parsing: []).maximumData == nil)
    }

    @Test func `a slot is known by the number that ends its name`() {
        let selection = { PCSCSelection(role: "reader", path: nil, name: $0, slot: $1, allowsSimulated: true) }
        #expect(selection("ACS", 1).accepts(name: "ACS Dual Reader 00 01"))
        #expect(!selection("ACS", 0).accepts(name: "ACS Dual Reader 00 01"))
        #expect(!selection("ACR", 1).accepts(name: "ACS Dual Reader 00 01"))
        #expect(selection(nil, 10).accepts(name: "ACS Dual Reader 01 0A"))
        #expect(selection(nil, nil).accepts(name: "ACS Dual Reader 01 0A"))
        #expect(!selection(nil, 0).accepts(name: "no number"))
    }
}
