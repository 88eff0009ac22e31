import Foundation
import KioskCrypto
import KioskModel
import Prescribing

extension Agent {
    /// Signs by face, or by PIN where the face can't be used and `pin` is given; `shown` is the prescription that the
    /// doctor has seen.
    ///
    /// Throws `rxNotTheOneShown` where another one is stored by now, before the doctor is asked for anything. In
    /// production `shown` is needed.
    public func sign(
        _ id: VisitID, prescription shown: PrescriptionID?, pin: Secret<String>?, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        guard shown != nil || !configuration.isProduction else {
            throw Fault(.apiMalformed, "prescription is missing")
        }
        return try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in
                try await self.sign(id, shown: shown, pin: pin, answering: token)
            }
        }
    }

    private func sign(
        _ id: VisitID, shown: PrescriptionID?, pin: Secret<String>?, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        var visit = try await requireVisit(id)
        guard visit.state == .prescribed, let prescriptionID = visit.prescription else {
            throw visit.state == .opened
                ? Fault(.visitWrongState, "there is no prescription yet")
                : Fault(.rxAlreadySigned, "the visit is \(visit.state.rawValue)")
        }
        guard shown == nil || shown == prescriptionID else {
            throw Fault(.rxNotTheOneShown, "by now it is \(prescriptionID)")
        }
        await retakeRegistry()
        guard let session else { throw Fault(.doctorNoSession) }
        var prescription = try await requirePrescription(prescriptionID)
        guard prescription.doctor == session.doctor.id else {
            throw Fault(.doctorOutOfScope, "written by \(prescription.doctor)")
        }
        // What the doctor may prescribe can have changed since the draft was checked.
        let doctor = try doctorInForce(session, mode: visit.mode)
        try checkRules(
            PrescriptionDraft(diagnosis: prescription.diagnosis, lines: prescription.lines), mode: visit.mode,
            doctor: doctor)

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
        pinWay = nil
        hub.emit("step", visit: id, state: "signature")
        hub.emit("visit", visit: id, state: visit.state.rawValue)
        say(nextPrompt(for: visit), visit: id)
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
