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
        let now = Date(timeIntervalSince1970: Double(clock.latest) / 1000)
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

    /// Whose card and PIN these are: the PIN is verified on the card now. Throws where it is not this doctor's.
    @discardableResult
    func admitAgain(_ doctor: DoctorID, pin: Secret<String>) async throws(Fault) -> DoctorSession {
        let card = try await parts.doctorReader.unlock(pin: pin)
        do throws(Fault) {
            let admitted = try admit(card)
            guard admitted.doctor.id == doctor else {
                throw Fault(.doctorCertificateMismatch, "the card in the reader is another doctor's")
            }
            if let session, session.doctor.id != doctor { try await endSession() }
            return admitted
        } catch {
            // Whoever is signed in must not go on with another's unlocked card.
            await parts.doctorReader.lock()
            try await endSession()
            throw error
        }
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
        let now = Date(timeIntervalSince1970: Double(clock.latest) / 1000)
        guard now <= registry.expires else { throw Fault(.registryExpired, "sequence \(registry.sequence)") }
        guard session.certificate.isInForce(at: now) else { throw Fault(.doctorNotInForce, "the certificate's dates") }
        try session.doctor.checkMayWork(at: now, mode: mode, site: configuration.site)
    }

    func endSession() async throws(Fault) {
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

    func sessionView(_ session: DoctorSession) async throws(Fault) -> SessionView {
        let enrolled = try await FaceReader(store: store).enrolment(session.doctor.id) != nil
        return SessionView(
            doctor: session.doctor.id, name: session.doctor.name, since: session.since, custody: session.custody,
            faceEnrolled: enrolled)
    }
}

extension DoctorSession {
    var record: SessionRecord { SessionRecord(doctor: doctor.id, custody: custody, since: since) }
}
