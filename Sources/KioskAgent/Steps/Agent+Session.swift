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
            let reply = try await answer(try await sessionView(session), change, token)
            await welcomeDoctor()
            return reply
        } catch {
            // A sign-in that the audit does not hold is none.
            self.session = nil
            await parts.doctorReader.lock()
            throw error
        }
    }

    /// A doctor who comes sees for themselves who is there.
    private func welcomeDoctor() async {
        guard stranger != nil else { return }
        stranger = nil
        await invite()
    }

    /// Takes a registry that came since; what kept the last one from being taken may be over, too.
    ///
    /// One that can't be taken leaves the one before in force, and is told of.
    func retakeRegistry() async {
        guard let retake = parts.retakeRegistry, let taken = await retake() else { return }
        switch taken {
        case .success(let newer):
            // Two may be looking at once, and the answers may come in any order.
            if let known = try? registry.get(), known.sequence > newer.sequence { return }
            registry = taken
            registryFault = nil
        case .failure(let fault):
            guard case .success = registry else {
                registry = taken
                return
            }
            if registryFault != fault { report(fault) }
            registryFault = fault
        }
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
        await retakeRegistry()
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

    /// The signed-in doctor as the registry in force lists them, which may be a newer one than at the sign-in.
    ///
    /// Throws where they may no longer work: licence, certificate or registry may have ended meanwhile.
    func doctorInForce(_ session: DoctorSession, mode: ServiceMode) throws(Fault) -> DoctorRecord {
        let registry = try self.registry.get()
        let now = Date(timeIntervalSince1970: Double(clock.latest) / 1000)
        guard now <= registry.expires else { throw Fault(.registryExpired, "sequence \(registry.sequence)") }
        guard session.certificate.isInForce(at: now) else { throw Fault(.doctorNotInForce, "the certificate's dates") }
        guard let doctor = registry.doctor(thumbprint: session.certificate.thumbprint), doctor.id == session.doctor.id
        else { throw Fault(.doctorUnknown, "\(session.doctor.id) is not in registry \(registry.sequence)") }
        try doctor.checkMayWork(at: now, mode: mode, site: configuration.site)
        return doctor
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
