/// What became of one document; `sending` is persisted before the first byte leaves.
public enum PrintState: Codable, Sendable, Hashable {
    case queued
    case sending
    /// The printer said that the paper is out and cut.
    case confirmed
    /// All bytes were taken; this printer can't tell more.
    case unconfirmed
    /// Not one byte was sent: it may be tried again.
    case failedClean(Fault)
    /// Some bytes may have been printed; a person must look.
    case unknown(Fault)

    public var name: String {
        switch self {
        case .queued: "queued"
        case .sending: "sending"
        case .confirmed: "confirmed"
        case .unconfirmed: "unconfirmed"
        case .failedClean: "failed-clean"
        case .unknown: "unknown"
        }
    }
}

/// One document for the printer.
public struct PrintJob: Codable, Sendable, Hashable, Identifiable {
    public let id: String
    public let visit: VisitID
    /// Kept by every reprint.
    public let documentNumber: String
    public var state: PrintState
    /// 0 for the first print; n prints 补打 n.
    public var reprint: Int
    public let queuedAt: Stamp
    public var endedAt: Stamp?
    /// Who recorded what came out, where the outcome was unknown.
    public var resolvedBy: String?

    public init(id: String, visit: VisitID, documentNumber: String, queuedAt: Stamp) {
        self.id = id
        self.visit = visit
        self.documentNumber = documentNumber
        self.state = .queued
        self.reprint = 0
        self.queuedAt = queuedAt
    }
}

/// What a prescription slip says; the printer's driver lays it out.
public struct PrescriptionSlip: Codable, Sendable, Hashable {
    public let documentNumber: String
    public let kioskName: String
    public let patientName: String
    /// For example `男`.
    public let sex: String
    /// For example `36 岁`; empty where the birth date is not known.
    public let age: String
    public let diagnosis: String
    public let lines: [PrescriptionLine]
    public let doctorName: String
    public let prescriptionNumber: String
    /// For example `2026-11-22 10:15`.
    public let issued: String
    /// What the QR code holds: the prescription's number and the digest of its signed bytes.
    public let qr: String
    /// Printed large as 模拟 where any part was simulated.
    public let simulated: Bool
    public let reprint: Int

    public init(
        documentNumber: String, kioskName: String, patientName: String, sex: String, age: String, diagnosis: String,
        lines: [PrescriptionLine], doctorName: String, prescriptionNumber: String, issued: String, qr: String,
        simulated: Bool, reprint: Int
    ) {
        self.documentNumber = documentNumber
        self.kioskName = kioskName
        self.patientName = patientName
        self.sex = sex
        self.age = age
        self.diagnosis = diagnosis
        self.lines = lines
        self.doctorName = doctorName
        self.prescriptionNumber = prescriptionNumber
        self.issued = issued
        self.qr = qr
        self.simulated = simulated
        self.reprint = reprint
    }
}
