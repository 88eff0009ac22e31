import Foundation
import KioskAgent
import KioskCrypto
import KioskLab
import KioskModel
import KioskStore
import KioskTestSupport
import Prescribing
import Testing

@Suite(.serialized) struct VisitTests {
    @Test(.timeLimit(.minutes(1)))
    func `a patient goes from card to goodbye, and the bundle is in the outbox`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            _ = try await life.agent.dispense(visit, token: life.token())
            _ = try await life.agent.print(visit, token: life.token())
            let view = try await life.agent.visit(visit)
            #expect(view.state == .closed)
            #expect(view.dispense.map(\.state) == ["done", "done"])
            #expect(view.slip == "confirmed")
            #expect(view.sync == "pending")
            #expect(Set(view.simulated) == ["reader", "doctor-key", "dispenser", "printer"])
            #expect(try await life.agent.queue(limit: 50).filter { $0.kind == "consultation" }.count == 1)
            #expect(try await life.store.verifyAudit().isWhole)
        }
        #expect(await rig.dispenser.droppedBoxes == 2)
        #expect(await rig.printer.pages.count == 1)
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `both signatures verify over the exact bytes and the evidence`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.signedVisit()
            let id = try #require(try await life.agent.visit(visit).prescription)
            let stored = try await life.store.fetch(Prescription.self, kind: .prescription, id: id)
            let prescription = try #require(stored)
            let der = try #require(FileManager.default.contents(atPath: rig.folder.doctorCertificate))
            let doctor = try CardCertificate(der: Array(der)).key
            let kiosk = try SigningKey(pem: String(contentsOfFile: rig.folder.deviceKey, encoding: .utf8)).verifyingKey
            let jws = try #require(prescription.jws)
            let evidence = try #require(prescription.evidenceBytes)
            let verifies = { (payload: [UInt8], evidence: [UInt8], doctor: VerifyingKey, kiosk: VerifyingKey) in
                (try? PrescriptionSignature.verify(
                    jws, payload: payload, evidence: evidence, doctor: doctor, kiosk: kiosk)) != nil
            }
            let whole = verifies(prescription.payload, evidence, doctor, kiosk)
            let otherEvidence = verifies(prescription.payload, evidence + [32], doctor, kiosk)
            let otherPayload = verifies(prescription.payload + [32], evidence, doctor, kiosk)
            let swappedKeys = verifies(prescription.payload, evidence, kiosk, doctor)
            #expect(whole)
            #expect(!otherEvidence && !otherPayload && !swappedKeys)
            #expect(prescription.evidence?.method == .pin)
            #expect(prescription.evidence?.faceUnavailable == .faceNotEnrolled)
            #expect(prescription.evidence?.custody == .softwareLab)
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a card pulled in the middle of a read is a fault, and the next insertion opens one visit`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            rig.reader.script(.pullCard(afterAPDUs: 4))
            rig.reader.insert(try LabCards.card("zhang-wei"))
            try await expectEventually {
                try await life.agent.status().faults.contains { $0.code == FaultCode.cardRemoved.rawValue }
            }
            #expect(try await life.agent.visits(limit: 10).isEmpty)
            _ = try await life.openVisit()
            #expect(try await life.agent.visits(limit: 10).count == 1)
            let left = try await life.agent.status().faults.map(\.code)
            #expect(left == [FaultCode.faceServiceDown.rawValue])
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `another patient's card never touches an open visit`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.openVisit()
            rig.reader.removeCard()
            let events = await life.agent.events(after: nil)
            rig.reader.insert(try LabCards.card("wang-fang"))
            let fault = await events.first { $0.kind == "fault" }
            #expect(fault?.fault?.code == FaultCode.visitAnotherOpen.rawValue)
            #expect(try await life.agent.visits(limit: 10).map(\.id) == [visit])
            #expect(try await life.agent.visit(visit).patient == "张○")
        }
        await rig.server.stop()
    }

    @Test(.timeLimit(.minutes(1)))
    func `an aborted visit ends in a bundle too`() async throws {
        let rig = try AgentRig()
        let port = try await rig.plug()
        try await rig.withAgent(port: port) { life in
            let visit = try await life.openVisit()
            _ = try await life.agent.abort(visit, token: life.token())
            #expect(try await life.state(of: visit) == .aborted)
            #expect(try await life.agent.queue(limit: 50).filter { $0.kind == "consultation" }.count == 1)
            #expect(try await life.agent.status().visit == nil)
        }
        await rig.server.stop()
    }
}
