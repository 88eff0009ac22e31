import KioskCrypto
import KioskModel

extension Agent {
    /// The doctor in person: by face, or by PIN where no verdict on the face was possible.
    ///
    /// A refusal is a verdict: it is kept as evidence, and the PIN does not override it.
    func verifyDoctor(
        _ session: DoctorSession, visit: Visit, prescription: Prescription, pin: Secret<String>?
    ) async throws(Fault) -> SigningEvidence {
        if let reason = faceUnavailable[visit.id], let pin {
            return try await verifyByPIN(pin, instead: reason, session: session)
        }
        do throws(Fault) {
            return try await verifyByFace(session, visit: visit, prescription: prescription)
        } catch {
            guard error.code.opensPINWay else { throw error }
            faceUnavailable[visit.id] = error.code
            guard let pin else {
                report(error, visit: visit.id)
                say(.doctorPIN, visit: visit.id)
                throw error
            }
            return try await verifyByPIN(pin, instead: error.code, session: session)
        }
    }

    private func verifyByFace(
        _ session: DoctorSession, visit: Visit, prescription: Prescription
    ) async throws(Fault) -> SigningEvidence {
        guard let enrolled = try await enrolledFace(session.doctor.id) else { throw Fault(.faceNotEnrolled) }
        var ladder = try await faceLadder(session.doctor.id)
        try ladder.check(at: clock.stamp(), session: session.since)
        say(.lookAtCamera, visit: visit.id)
        var generator = SystemRandomNumberGenerator()
        let request = FaceScanRequest(
            doctor: session.doctor.id, nonce: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) },
            prescriptionDigest: Digest.sha256(prescription.payload), templates: enrolled.templates,
            threshold: configuration.faceThreshold, leastLiveness: configuration.leastLiveness,
            timeLimit: configuration.faceTimeLimit)
        var token = FaceToken(for: request, at: clock.stamp())
        let face = try await parts.face.verify(request) { [hub] prompt in
            hub.emit("prompt", visit: visit.id, prompt: prompt)
        }
        try token.redeem(face, at: clock.stamp())
        if configuration.isProduction, face.simulatedCamera { throw Fault(.faceCameraRefused, "simulated camera") }
        if configuration.isProduction, face.verdict == .verified, face.challenge?.outcome != .passed {
            throw Fault(.faceServiceDown, "no head turn was asked for")
        }

        let evidence = SigningEvidence(
            method: .face, face: face, faceUnavailable: nil, custody: session.custody, at: clock.stamp(),
            counter: try await nextCounter(.evidence))
        guard face.verdict == .verified else {
            // Two people in the picture are no attempt at being another one.
            if face.reason != .faceSeveral { ladder.noteRefusal(at: clock.stamp()) }
            try await keepRefusal(evidence, visit: visit, prescription: prescription, ladder: ladder)
            throw Fault(face.reason ?? .faceMismatch, device: "camera")
        }
        if ladder.refusals > 0 {
            ladder.noteVerified()
            try await keep(ladder, of: session.doctor.id)
        }
        return evidence
    }

    private func keep(_ ladder: FaceLadder, of doctor: DoctorID) async throws(Fault) {
        try await commit(AgentChange.with { $0.ladder = (doctor, ladder) })
    }

    private func keepRefusal(
        _ evidence: SigningEvidence, visit: Visit, prescription: Prescription, ladder: FaceLadder
    ) async throws(Fault) {
        var refused = visit
        refused.fault = Fault(evidence.face?.reason ?? .faceMismatch, device: "camera")
        var change = AgentChange(visit: refused)
        change.ladder = (prescription.doctor, ladder)
        change.evidence = (
            UUIDv7.make(), EvidenceRecord(visit: visit.id, prescription: prescription.id, evidence: evidence)
        )
        try await commit(change)
        if let fault = refused.fault { report(fault, visit: visit.id) }
    }

    private func verifyByPIN(
        _ pin: Secret<String>, instead reason: FaultCode, session: DoctorSession
    ) async throws(Fault) -> SigningEvidence {
        let again = try admit(try await parts.doctorReader.unlock(pin: pin))
        guard again.doctor.id == session.doctor.id else {
            throw Fault(.doctorCertificateMismatch, "another doctor's card")
        }
        var ladder = try await faceLadder(session.doctor.id)
        ladder.notePIN(at: clock.stamp())
        try await keep(ladder, of: session.doctor.id)
        return SigningEvidence(
            method: .pin, face: nil, faceUnavailable: reason, custody: session.custody, at: clock.stamp(),
            counter: try await nextCounter(.evidence))
    }
}

extension FaultCode {
    /// Whether the face gave no verdict, so that the PIN takes its place.
    var opensPINWay: Bool {
        switch self {
        case .faceServiceDown, .faceModelsMissing, .faceModelTampered, .faceNoCamera, .faceCameraStalled,
            .faceNotSeen, .faceNotEnrolled, .faceFrameCorrupt, .faceTimeout, .faceCameraRefused, .faceLocked:
            true
        default: false
        }
    }
}
