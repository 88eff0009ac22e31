/// A code with its words, as in FHIR's Coding.
public struct CodedText: Codable, Sendable, Hashable {
    public let system: String
    public let code: String
    public let display: String

    public init(system: String, code: String, display: String) {
        self.system = system
        self.code = code
        self.display = display
    }
}

/// One medicine of a prescription.
public struct PrescriptionLine: Codable, Sendable, Hashable {
    /// The kiosk formulary's code.
    public let medicine: String
    /// The generic name in Chinese.
    public let name: String
    /// For example `0.25 g × 24`.
    public let strength: String
    public let boxes: Int
    /// For example `0.5 g`.
    public let dose: String
    /// For example `口服`.
    public let route: String
    /// For example `每日三次`.
    public let frequency: String
    /// The days of supply.
    public let days: Int

    public init(
        medicine: String, name: String, strength: String, boxes: Int, dose: String, route: String, frequency: String,
        days: Int
    ) {
        self.medicine = medicine
        self.name = name
        self.strength = strength
        self.boxes = boxes
        self.dose = dose
        self.route = route
        self.frequency = frequency
        self.days = days
    }
}

/// What a doctor submits: diagnosis and lines. The kiosk adds ids, times and the patient.
public struct PrescriptionDraft: Codable, Sendable, Hashable {
    public let diagnosis: CodedText
    public let lines: [PrescriptionLine]

    public init(diagnosis: CodedText, lines: [PrescriptionLine]) {
        self.diagnosis = diagnosis
        self.lines = lines
    }
}

/// What one rule said of a prescription; kept as a FHIR DetectedIssue.
public struct RuleResult: Codable, Sendable, Hashable {
    public enum Verdict: String, Codable, Sendable, Hashable { case pass, block }

    /// For example `R01`.
    public let rule: String
    public let verdict: Verdict
    public let zh: String
    public let en: String

    public init(rule: String, verdict: Verdict, zh: String, en: String) {
        self.rule = rule
        self.verdict = verdict
        self.zh = zh
        self.en = en
    }
}

/// The signed whole: a group of medicines for one patient by one doctor.
public struct Prescription: Codable, Sendable, Hashable, Identifiable {
    public let id: PrescriptionID
    public let visit: VisitID
    /// The number people read: kiosk, day, running number.
    public let number: String
    public let doctor: DoctorID
    public let diagnosis: CodedText
    public let lines: [PrescriptionLine]
    public let issuedAt: Stamp
    public let rules: [RuleResult]
    /// The exact bytes that are signed (RFC 8785 JSON); never rendered again.
    public let payload: [UInt8]
    /// The General JSON JWS over `payload` (RFC 7515 section 7.2.1), once signed.
    public var jws: [UInt8]?
    /// What the face scan, or the PIN in its place, left behind.
    public var evidence: SigningEvidence?
    /// The exact bytes of `evidence` whose SHA-256 both signatures carry; the audit event ships them.
    public var evidenceBytes: [UInt8]?

    public init(
        id: PrescriptionID, visit: VisitID, number: String, doctor: DoctorID, diagnosis: CodedText,
        lines: [PrescriptionLine], issuedAt: Stamp, rules: [RuleResult], payload: [UInt8]
    ) {
        self.id = id
        self.visit = visit
        self.number = number
        self.doctor = doctor
        self.diagnosis = diagnosis
        self.lines = lines
        self.issuedAt = issuedAt
        self.rules = rules
        self.payload = payload
    }
}
