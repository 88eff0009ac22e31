import Foundation
import KioskCrypto
import KioskModel
import Prescribing

extension Agent {
    public func signIn(pin: Secret<String>, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in try await self.openSession(pin: pin, token: token) }
    }

    public func signOut(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in try await self.closeSession(token: token) }
    }

    public func enrolFace(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in try await self.captureTemplates(token: token) }
    }

    private func openSession(pin: Secret<String>, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        let card = try await parts.doctorReader.unlock(pin: pin)
        await retakeRegistry()
        let session: DoctorSession
        do throws(Fault) {
            session = try admit(card)
        } catch {
            // The card of whoever was signed in is no longer the one in the reader.
            await parts.doctorReader.lock()
            try await endSession()
            throw error
        }
        // Whoever was signed in before is signed out, with a record of their own.
        try await endSession()
        do throws(Fault) {
            let change = try await change(session, until: nil)
            self.session = session
            return try await answer(try await sessionView(session), change, token)
        } catch {
            // A sign-in that the audit does not hold is none.
            self.session = nil
            await parts.doctorReader.lock()
            throw error
        }
    }

    /// What kept the registry from being taken may be over: a disk that was full, a file that was not there.
    private func retakeRegistry() async {
        guard case .failure = registry, let retake = parts.retakeRegistry else { return }
        registry = await retake()
    }

    /// Who the card belongs to, by the signed registry. Throws where the doctor may not work here now.
    func admit(_ card: DoctorCard) throws(Fault) -> DoctorSession {
        let registry = try self.registry.get()
        let now = Date(timeIntervalSince1970: Double(clock.stamp().wall) / 1000)
        guard now <= registry.expires else { throw Fault(.registryExpired, "sequence \(registry.sequence)") }
        let certificate = try CardCertificate(der: card.certificate)
        guard let doctor = registry.doctor(thumbprint: certificate.thumbprint) else {
            throw Fault(.doctorUnknown, "certificate \(certificate.thumbprint.prefix(16))…")
        }
        guard certificate.isInForce(at: now) else { throw Fault(.doctorNotInForce, "the certificate's dates") }
        try doctor.checkMayWork(at: now, mode: configuration.mode, site: configuration.site)
        if configuration.isProduction, card.custody == .softwareLab || registry.laboratory {
            throw Fault(.configProductionRefusesLab, "the doctor's key is a laboratory's")
        }
        return DoctorSession(doctor: doctor, certificate: certificate, custody: card.custody, since: clock.stamp())
    }

    /// The doctor who is signed in, with the card that was unlocked; a session does not outlive its card.
    func requireSession() async throws(Fault) -> DoctorSession {
        guard let session else { throw Fault(.doctorNoSession) }
        guard await parts.doctorReader.isUnlocked() else {
            try await endSession()
            throw Fault(.doctorNoSession, "the doctor's card was taken out or reset", device: "doctor-reader")
        }
        return session
    }

    /// Throws where the signed-in doctor may no longer work: licence, certificate or registry may have ended meanwhile.
    func checkStillInForce(_ session: DoctorSession, mode: ServiceMode) throws(Fault) {
        let registry = try self.registry.get()
        let now = Date(timeIntervalSince1970: Double(clock.stamp().wall) / 1000)
        guard now <= registry.expires else { throw Fault(.registryExpired, "sequence \(registry.sequence)") }
        guard session.certificate.isInForce(at: now) else { throw Fault(.doctorNotInForce, "the certificate's dates") }
        try session.doctor.checkMayWork(at: now, mode: mode, site: configuration.site)
    }

    private func endSession() async throws(Fault) {
        guard let ending = session else { return }
        session = nil
        try await commit(try await change(ending, until: clock.stamp()))
    }

    /// A sign-in's or sign-out's record and what the platform is told of it.
    private func change(_ session: DoctorSession, until: Stamp?) async throws(Fault) -> AgentChange {
        let id = UUIDv7.make()
        var record = session.record
        record.until = until
        var change = AgentChange()
        change.session = (id, record)
        change.notices = [try await attendance(session, id: id, until: until)]
        return change
    }

    private func closeSession(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        guard let ending = session else { throw Fault(.doctorNoSession) }
        session = nil
        await parts.doctorReader.lock()
        let change = try await change(ending, until: clock.stamp())
        return try await answer(try await sessionView(ending), change, token)
    }

    private func captureTemplates(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        let session = try await requireSession()
        if configuration.isProduction, await parts.face.status().simulated {
            throw Fault(.faceCameraRefused, "simulated camera", device: "camera")
        }
        say(.lookAtCamera)
        let templates = try await parts.face.capture(count: 5, timeLimit: configuration.faceTimeLimit)
        guard !templates.isEmpty else { throw Fault(.faceNotSeen) }
        // The scan takes seconds: whoever stood there must still be the one whose card is in the reader.
        guard try await requireSession().since == session.since else { throw Fault(.doctorNoSession) }
        let enrolled = EnrolledFace(doctor: session.doctor.id, templates: templates, at: clock.stamp())
        let change = AgentChange.with { $0.templates = (session.doctor.id, enrolled) }
        let view = SessionView(
            doctor: session.doctor.id, name: session.doctor.name, since: session.since, custody: session.custody,
            faceEnrolled: true)
        return try await answer(view, change, token)
    }

    func sessionView(_ session: DoctorSession) async throws(Fault) -> SessionView {
        let enrolled = try await enrolledFace(session.doctor.id) != nil
        return SessionView(
            doctor: session.doctor.id, name: session.doctor.name, since: session.since, custody: session.custody,
            faceEnrolled: enrolled)
    }
}

extension DoctorSession {
    var record: SessionRecord { SessionRecord(doctor: doctor.id, custody: custody, since: since) }
}
