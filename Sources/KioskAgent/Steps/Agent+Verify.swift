import KioskCrypto
import KioskModel

/// A doctor who was verified in person for one prescription, and how long that may be used.
struct DoctorVerification: Sendable {
    let evidence: SigningEvidence
    /// Nil where the PIN stood in the face's place: it was checked on the card a moment ago.
    private var token: FaceToken?

    init(_ evidence: SigningEvidence, token: FaceToken? = nil) {
        self.evidence = evidence
        self.token = token
    }

    /// Uses it up for exactly this prescription. Throws as `FaceToken.redeem` does.
    mutating func redeem(for prescription: Prescription, at now: Stamp) throws(Fault) {
        guard let face = evidence.face else { return }
        guard token != nil else { throw Fault(.faceServiceDown, "a verdict without its question") }
        try token?.redeem(face, signing: Digest.sha256(prescription.payload), by: prescription.doctor, at: now)
    }
}

extension Agent {
    /// The doctor in person: by face, or by PIN where no verdict on the face was possible.
    ///
    /// A refusal is a verdict: it is kept as evidence, and closes the PIN way until the ladder opens it again.
    func verifyDoctor(
        _ session: DoctorSession, visit: Visit, prescription: Prescription, pin: Secret<String>?
    ) async throws(Fault) -> DoctorVerification {
        if let pin, let pinWay, pinWay.leads(to: prescription.id, in: session) {
            return try await verifyByPIN(pin, instead: pinWay.reason, session: session)
        }
        // What kept the face from an earlier prescription, or another doctor's, says nothing about this one.
        pinWay = nil
        do throws(Fault) {
            return try await verifyByFace(session, visit: visit, prescription: prescription)
        } catch {
            guard error.code.opensPINWay else { throw error }
            pinWay = PINWay(prescription, session, error.code)
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
    ) async throws(Fault) -> DoctorVerification {
        let policy = try parts.facePolicy.get()
        let templates = try await enrolledTemplates(session.doctor.id)
        let ladder = try await faceLadder(session.doctor.id)
        try ladder.check(at: clock.stamp(), session: session.since)
        say(.lookAtCamera, visit: visit.id)
        let request = scanRequest(session.doctor.id, prescription, templates, policy)
        let token = FaceToken(for: request, at: clock.stamp())
        let face: FaceEvidence
        do throws(Fault) {
            face = try await scanning { () async throws(Fault) in
                try await parts.face.verify(request) { [hub] prompt in
                    hub.emit("prompt", visit: visit.id, prompt: prompt)
                }
            }
        } catch {
            guard ladder.counts(error.code) else { throw error }
            try await keepRefusal(
                try await evidence(session, face: nil, unavailable: error.code),
                .init(.faceRefusedBefore, error.detail),
                visit, prescription, ladder)
            throw Fault(.faceRefusedBefore, error.detail, device: "camera")
        }
        try policy.check(face)
        if configuration.isProduction, face.simulatedCamera { throw Fault(.faceCameraRefused, "simulated camera") }
        if configuration.isProduction, face.verdict == .verified, face.challenge?.outcome != .passed {
            throw Fault(.faceServiceDown, "no head turn was asked for")
        }

        let evidence = try await evidence(session, face: face, unavailable: nil)
        guard face.verdict == .verified else {
            let fault = Fault(face.reason ?? .faceMismatch, device: "camera")
            try await keepRefusal(evidence, fault, visit, prescription, ladder)
            throw fault
        }
        if ladder.refusals > 0 {
            var ladder = ladder
            ladder.noteVerified()
            try await keep(ladder, of: session.doctor.id)
        }
        return DoctorVerification(evidence, token: token)
    }

    private func enrolledTemplates(_ doctor: DoctorID) async throws(Fault) -> [FaceTemplate] {
        let reader = FaceReader(store: store)
        guard let enrolment = try await reader.enrolment(doctor) else { throw Fault(.faceNotEnrolled) }
        do throws(Fault) {
            return try await reader.templates(of: enrolment)
        } catch {
            // Damage is told as such, and the PIN takes the face's place until the doctor is enrolled again.
            report(error)
            throw Fault(.faceNotEnrolled, "the templates do not open: enrol again")
        }
    }

    private func scanRequest(
        _ doctor: DoctorID, _ prescription: Prescription, _ templates: [FaceTemplate], _ policy: FacePolicy
    ) -> FaceScanRequest {
        var generator = SystemRandomNumberGenerator()
        return FaceScanRequest(
            doctor: doctor, nonce: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) },
            prescriptionDigest: Digest.sha256(prescription.payload), templates: templates,
            threshold: policy.threshold, leastLiveness: configuration.leastLiveness,
            timeLimit: configuration.faceTimeLimit)
    }

    private func evidence(
        _ session: DoctorSession, face: FaceEvidence?, unavailable: FaultCode?
    ) async throws(Fault) -> SigningEvidence {
        SigningEvidence(
            method: .face, face: face, faceUnavailable: unavailable, custody: session.custody, at: clock.stamp(),
            counter: try await nextCounter(.evidence))
    }

    private func keep(_ ladder: FaceLadder, of doctor: DoctorID) async throws(Fault) {
        try await commit(AgentChange.with { $0.ladder = (doctor, ladder) })
    }

    private func keepRefusal(
        _ evidence: SigningEvidence, _ fault: Fault, _ visit: Visit, _ prescription: Prescription, _ ladder: FaceLadder
    ) async throws(Fault) {
        var ladder = ladder
        // Two people in the picture count as well: a poster in the doctor's back would never let them to the PIN.
        ladder.noteRefusal(at: clock.stamp())
        var refused = visit
        refused.fault = fault
        var change = AgentChange(visit: refused)
        change.ladder = (prescription.doctor, ladder)
        change.evidence = (
            UUIDv7.make(), EvidenceRecord(visit: visit.id, prescription: prescription.id, evidence: evidence)
        )
        try await commit(change)
        report(fault, visit: visit.id)
    }

    private func verifyByPIN(
        _ pin: Secret<String>, instead reason: FaultCode, session: DoctorSession
    ) async throws(Fault) -> DoctorVerification {
        try await admitAgain(session.doctor.id, pin: pin)
        var ladder = try await faceLadder(session.doctor.id)
        let refusals = ladder.refusals
        ladder.notePIN(at: clock.stamp())
        try await keep(ladder, of: session.doctor.id)
        return DoctorVerification(
            SigningEvidence(
                method: .pin, face: nil, faceUnavailable: reason, custody: session.custody, at: clock.stamp(),
                counter: try await nextCounter(.evidence), refusalsBefore: refusals > 0 ? refusals : nil))
    }
}

extension FaultCode {
    /// Whether the face gave no verdict, so that the PIN takes its place.
    var opensPINWay: Bool {
        switch self {
        case .faceServiceDown, .faceModelsMissing, .faceModelTampered, .faceNoCamera, .faceCameraStalled,
            .faceNotSeen, .faceNotEnrolled, .faceFrameCorrupt, .faceTimeout, .faceCameraRefused, .faceLocked,
            .facePolicyUnsigned:
            true
        default: false
        }
    }
}
