import Foundation
import KioskAgent
import KioskLab
import KioskModel
import KioskPlatform
import KioskStore
import KioskTestSupport
import Testing

/// Who may sign, for how long, and that what was signed is what falls.
@Suite(.serialized) struct DoctorTests {
    @Test(.timeLimit(.minutes(1)))
    func `a session does not outlive the doctor's card`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            try await life.signIn()
            let visit = try await life.openVisit()
            rig.doctorReader.removeCard()
            await expectFault(.doctorNoSession) {
                _ = try await life.agent.prescribe(visit, AgentRig.draft, token: life.token())
            }
            #expect(try await life.agent.status().doctor == nil)
            #expect(try await life.state(of: visit) == .opened)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `the card of somebody unknown ends the session of whoever was signed in`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let elsewhere = TemporaryFolder("elsewhere")
        try Provisioning.prepare(LabFolder(path: elsewhere.path))
        try await rig.withAgent(port: port) { life in
            try await life.signIn()
            rig.doctorReader.removeCard()
            rig.doctorReader.insert(try LabDoctor.card(LabFolder(path: elsewhere.path)))
            await expectFault(.doctorUnknown) {
                _ = try await life.agent.signIn(pin: Secret(LabDoctor.pin), token: life.token())
            }
            #expect(try await life.agent.status().doctor == nil)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a registry that ends during a session ends the signing, too`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let clock = TestClock(wall: Int64(Date().timeIntervalSince1970 * 1000))
        try await rig.withAgent(port: port, clock: clock) { life in
            try await life.signIn()
            let visit = try await life.openVisit()
            _ = try await life.agent.prescribe(visit, AgentRig.draft, token: life.token())
            clock.advance(by: .seconds(86_400 * 31))
            await expectFault(.registryExpired) {
                _ = try await life.agent.sign(visit, prescription: nil, pin: Secret(LabDoctor.pin), token: life.token())
            }
            #expect(try await life.state(of: visit) == .prescribed)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a clock that was set back makes no registry valid again, and people are told`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        let machine = TestClock(wall: Int64(Date().timeIntervalSince1970 * 1000))
        let clock = FlooredClock(machine, path: rig.folder.data + "/time.floor")
        try await rig.withAgent(port: port, clock: clock) { life in
            #expect(try await !life.agent.status().faults.contains { $0.code == FaultCode.clockUntrusted.rawValue })
            await clock.learn(machine.stamp().wall + 31 * 86_400_000, isNow: true)
            await expectFault(.registryExpired) { try await life.signIn() }
            let faults = try await life.agent.status().faults
            #expect(faults.contains { $0.code == FaultCode.clockUntrusted.rawValue })
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `lines that are not the signed ones are never dispensed`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            let id = try #require(try await life.agent.visit(visit).prescription)
            let signed = try #require(try await life.store.fetch(Prescription.self, kind: .prescription, id: id))
            var changed = Prescription(
                id: signed.id, visit: visit, number: signed.number, doctor: signed.doctor, diagnosis: signed.diagnosis,
                lines: signed.lines + signed.lines, issuedAt: signed.issuedAt, rules: signed.rules,
                payload: signed.payload)
            (changed.jws, changed.evidence, changed.evidenceBytes) = (
                signed.jws, signed.evidence, signed.evidenceBytes
            )
            var change = StoreChange()
            try change.put(changed, kind: .prescription, id: id, visit: visit, state: "signed")
            try await life.store.commit(change)
            await expectFault(.storeDamaged) { _ = try await life.agent.dispense(visit, token: life.token()) }
        }
        #expect(await rig.dispenser.droppedBoxes == 0)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `an expired lot stays in its slot; the next slot gives the box`() async throws {
        let rig = try AgentRig()
        let text = try String(contentsOfFile: rig.folder.formulary, encoding: .utf8)
        let expired = text.replacingOccurrences(of: "2027-12-31", with: "2026-01-31")
        #expect(expired != text)
        try AtomicFile.write(Array(expired.utf8), to: rig.folder.formulary)
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            #expect(try await life.agent.visit(visit).dispense.map(\.slot) == [13, 11])
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a production kiosk prescribes nothing from a formulary for demonstration`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port, production: true) { life in
            _ = await expectFault(.configProductionRefusesLab) {
                _ = try await life.agent.prescribe(UUIDv7.make(), AgentRig.draft, token: life.token())
            }
        }
        await rig.server.stop()
    }
}
