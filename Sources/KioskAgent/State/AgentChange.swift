import Foundation
import KioskCrypto
import KioskModel
import KioskStore

/// What one step writes: all of it in one transaction, or nothing.
struct AgentChange: Sendable {
    /// A visit's records as they go to the platform.
    typealias Bundle = (id: String, visit: VisitID, bytes: [UInt8])

    var visit: Visit?
    var prescription: Prescription?
    var transaction: DispenseTransaction?
    var printJob: PrintJob?
    var evidence: (id: String, record: EvidenceRecord)?
    var session: (id: String, record: SessionRecord)?
    var templates: [EnrolledFace] = []
    var enrolment: FaceEnrolment?
    var ladder: (doctor: DoctorID, record: FaceLadder)?
    var stock: [StockChange] = []
    var bundle: Bundle?
    /// What is told beside a visit's own bundle.
    var notices: [OutboxItem] = []
    var reply: (token: IdempotencyToken, reply: StoredReply)?

    init(visit: Visit? = nil) { self.visit = visit }
}

/// A face scan's or PIN's evidence, with the prescription it belongs to; refusals are kept too.
struct EvidenceRecord: Codable, Sendable {
    let visit: VisitID
    let prescription: PrescriptionID
    let evidence: SigningEvidence

    /// `verified`, `refused`, `pin`, or `no-verdict` where a scan ended without one and counted as a refusal.
    var outcome: String { evidence.method == .pin ? "pin" : evidence.face?.verdict.rawValue ?? "no-verdict" }
}
