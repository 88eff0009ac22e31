import Foundation
import KioskCrypto
import KioskModel
import Prescribing

extension Agent {
    public func sign(_ id: VisitID, pin: Secret<String>?, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in try await self.sign(id, pin: pin, answering: token) }
        }
    }

    private func sign(
        _ id: VisitID, pin: Secret<String>?, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        var visit = try await requireVisit(id)
        guard visit.state == .prescribed, let prescriptionID = visit.prescription else {
            throw visit.state == .opened
                ? Fault(.visitWrongState, "there is no prescription yet")
                : Fault(.rxAlreadySigned, "the visit is \(visit.state.rawValue)")
        }
        guard let session else { throw Fault(.doctorNoSession) }
        var prescription = try await requirePrescription(prescriptionID)
        guard prescription.doctor == session.doctor.id else {
            throw Fault(.doctorOutOfScope, "written by \(prescription.doctor)")
        }
        try checkStillInForce(session, mode: visit.mode)

        var verification = try await verifyDoctor(session, visit: visit, prescription: prescription, pin: pin)
        let evidence = verification.evidence
        hub.emit("step", visit: id, state: "face")
        guard self.session?.since == session.since else {
            throw Fault(.doctorNoSession, "signed out while the doctor was verified")
        }
        if evidence.face?.simulatedCamera == true { visit.simulated.insert("camera") }
        if session.custody == .softwareLab { visit.simulated.insert("doctor-key") }
        guard let evidenceBytes = try? CanonicalJSON.encode(evidence) else {
            throw Fault(.internalError, "the evidence can't be encoded")
        }
        try verification.redeem(for: prescription, at: clock.stamp())
        prescription.jws = try await signatures(on: prescription, evidence: evidenceBytes, session: session)
        prescription.evidence = evidence
        prescription.evidenceBytes = evidenceBytes
        visit.state = .signed
        visit.fault = nil
        var change = AgentChange(visit: visit)
        change.prescription = prescription
        change.evidence = (
            UUIDv7.make(), EvidenceRecord(visit: id, prescription: prescription.id, evidence: evidence)
        )
        let reply = try await answer(
            try await view(of: visit, prescription: prescription, transactions: [], printJob: nil), change, token)
        faceUnavailable[id] = nil
        hub.emit("step", visit: id, state: "signature")
        hub.emit("visit", visit: id, state: visit.state.rawValue)
        say(.waitForMedicine, visit: id)
        return reply
    }

    /// Both signatures; the card's is checked with its own certificate before anything is kept.
    private func signatures(
        on prescription: Prescription, evidence: [UInt8], session: DoctorSession
    ) async throws(Fault) -> [UInt8] {
        do {
            var signature = try PrescriptionSignature(
                prescription: prescription, evidence: evidence, custody: session.custody,
                certificate: session.certificate, kiosk: configuration.kiosk, clock: clock.stamp().quality)
            let raw = try await parts.doctorReader.sign(digest: signature.doctorDigest())
            return try signature.complete(
                doctorSignature: raw, certificate: session.certificate, deviceKey: parts.deviceKey)
        } catch let fault as Fault {
            if fault.code == .doctorPINNeeded { say(.doctorPIN, visit: prescription.visit) }
            throw fault
        } catch {
            throw Fault(.doctorSignatureFailed, "\(error)")
        }
    }
}
