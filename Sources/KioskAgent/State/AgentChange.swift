import Foundation
import KioskCrypto
import KioskModel
import KioskStore

/// What one step writes: all of it in one transaction, or nothing.
struct AgentChange: Sendable {
    var visit: Visit?
    var prescription: Prescription?
    var transaction: DispenseTransaction?
    var printJob: PrintJob?
    var evidence: (id: String, record: EvidenceRecord)?
    var session: (id: String, record: SessionRecord)?
    var templates: (doctor: DoctorID, record: EnrolledFace)?
    var ladder: (doctor: DoctorID, record: FaceLadder)?
    var stock: [StockChange] = []
    var bundle: (id: String, visit: VisitID, bytes: [UInt8])?
    var reply: (token: IdempotencyToken, reply: StoredReply)?

    init(visit: Visit? = nil) { self.visit = visit }
}

/// A face scan's or PIN's evidence, with the prescription it belongs to; refusals are kept too.
struct EvidenceRecord: Codable, Sendable {
    let visit: VisitID
    let prescription: PrescriptionID
    let evidence: SigningEvidence
}

/// A doctor's enrolled templates.
struct EnrolledFace: Codable, Sendable {
    let doctor: DoctorID
    let templates: [FaceTemplate]
    let at: Stamp
}
