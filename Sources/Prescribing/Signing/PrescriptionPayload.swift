import Foundation
import KioskCrypto
import KioskModel

/// What a doctor signs: everything that makes the prescription this one and no other.
///
/// The bytes are canonical JSON (RFC 8785), made once and kept; nothing re-renders them.
public struct PrescriptionPayload: Codable, Sendable, Hashable {
    public struct Patient: Codable, Sendable, Hashable {
        public let number: String
        public let name: String
        public let sex: PatientIdentity.Sex
        public let birthDate: String?
    }

    public let type: String
    public let id: PrescriptionID
    public let number: String
    public let visit: VisitID
    /// The one kiosk that may dispense it.
    public let kiosk: String
    public let site: String
    public let mode: ServiceMode
    public let doctor: DoctorID
    public let licence: String
    public let patient: Patient
    public let diagnosis: CodedText
    public let lines: [PrescriptionLine]
    /// Milliseconds since 1970 by the kiosk's clock.
    public let issued: Int64
    public let clock: ClockQuality
    /// What was simulated; empty on real hardware.
    public let simulated: [String]

    public static let type = "kiosk-prescription"

    public init(
        id: PrescriptionID, number: String, visit: Visit, kiosk: String, site: String, doctor: DoctorRecord,
        draft: PrescriptionDraft, issuedAt: Stamp
    ) {
        type = Self.type
        self.id = id
        self.number = number
        self.visit = visit.id
        self.kiosk = kiosk
        self.site = site
        mode = visit.mode
        self.doctor = doctor.id
        licence = doctor.licence
        patient = Patient(
            number: visit.patient.number, name: visit.patient.name, sex: visit.patient.sex,
            birthDate: visit.patient.birthDate)
        diagnosis = draft.diagnosis
        lines = draft.lines
        issued = issuedAt.wall
        clock = issuedAt.quality
        simulated = visit.simulated.sorted()
    }

    /// Reads what was signed.
    public init(bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }

    public func bytes() throws -> [UInt8] { try CanonicalJSON.encode(self) }
}
