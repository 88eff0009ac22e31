import KioskModel

/// Why the face gave no verdict: it opens the PIN way for this prescription, in this doctor's session, and nothing else.
struct PINWay: Sendable, Hashable {
    /// A prescription that is written again has another id, and so has another visit's.
    let prescription: PrescriptionID
    let doctor: DoctorID
    /// When the session began in which the face was asked.
    let session: Stamp
    let reason: FaultCode

    init(_ prescription: Prescription, _ session: DoctorSession, _ reason: FaultCode) {
        self.prescription = prescription.id
        doctor = session.doctor.id
        self.session = session.since
        self.reason = reason
    }

    /// Whether it was opened for this prescription in this session.
    func leads(to prescription: PrescriptionID?, in session: DoctorSession?) -> Bool {
        self.prescription == prescription && doctor == session?.doctor.id && self.session == session?.since
    }
}
