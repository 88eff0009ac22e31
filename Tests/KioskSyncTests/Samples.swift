import Foundation
import KioskCrypto
import KioskModel
import KioskSync
import KioskTestSupport

/// A consultation as it comes out of a visit, signed by keys made for the test.
struct Samples {
    let clock: TestClock
    static let kiosk = ConsultationContent.Kiosk(id: "K001", name: "测试诊亭", site: "S01")
    static let doctor = ConsultationContent.Doctor(id: "d-1", name: "李医生", licence: "110000000000001")

    init(clock: TestClock = TestClock()) { self.clock = clock }

    func visit(name: String = "欧阳测试", birthDate: String? = "1990-01-31", simulated: Set<String> = ["reader"]) -> Visit {
        let patient = PatientIdentity(
            cardKind: .socialSecurity, cardNumber: name.isEmpty ? "" : "T00000019", number: "11010119900131123X",
            name: name, sex: .female, birthDate: birthDate)
        var visit = Visit(
            id: UUIDv7.make(unixMilliseconds: UInt64(clock.stamp().wall)), mode: .clinicOnsite,
            openedAt: clock.stamp(), patient: patient, simulated: simulated)
        visit.state = .closed
        visit.closedAt = clock.stamp()
        return visit
    }

    func prescription(_ visit: Visit, signed: Bool = true) throws -> Prescription {
        let lines = [
            PrescriptionLine(
                medicine: "M001", name: "阿莫西林胶囊", strength: "0.25 g × 24", boxes: 1, dose: "0.5 g", route: "口服",
                frequency: "每日三次", days: 4),
            PrescriptionLine(
                medicine: "M002", name: "对乙酰氨基酚片", strength: "0.5 g × 12", boxes: 1, dose: "1 片", route: "口服",
                frequency: "必要时", days: 3),
        ]
        var prescription = Prescription(
            id: UUIDv7.make(), visit: visit.id, number: "K001-20261122-0001", doctor: Self.doctor.id,
            diagnosis: CodedText(system: "http://hl7.org/fhir/sid/icd-10", code: "J06.9", display: "急性上呼吸道感染"),
            lines: lines, issuedAt: clock.stamp(),
            rules: [
                RuleResult(rule: "R01", verdict: .pass, zh: "医生在执业范围内", en: "The doctor is in scope"),
                RuleResult(rule: "R02", verdict: .pass, zh: "药品不超过五种", en: "At most five medicines"),
            ], payload: Array("{\"id\":\"\(visit.id)\",\"t\":\"10:15:30.125\"}".utf8))
        guard signed else { return prescription }
        let evidence = SigningEvidence(
            method: .face, face: face, faceUnavailable: nil, custody: .softwareLab, at: clock.stamp(), counter: 7)
        let bytes = try CanonicalJSON.encode(evidence)
        prescription.evidence = evidence
        prescription.evidenceBytes = bytes
        prescription.jws = try jws(prescription.payload, evidence: bytes)
        return prescription
    }

    func jws(_ payload: [UInt8], evidence: [UInt8]) throws -> [UInt8] {
        var jws = GeneralJWS(payload: payload)
        for kid in ["d-1", "K001"] {
            var header = JWSHeader(algorithm: .es256, kid: kid, typ: "kiosk-prescription+jws")
            header.evidence = Base64URL.encode(Digest.sha256(evidence))
            try jws.add(SigningKey().sign(jws.signingInput(header: header)), header: header)
        }
        return try jws.encoded()
    }

    private var face: FaceEvidence {
        FaceEvidence(
            doctor: Self.doctor.id, nonce: [UInt8](repeating: 5, count: 32),
            prescriptionDigest: [UInt8](repeating: 6, count: 32), verdict: .verified, reason: nil, score: 0.71,
            threshold: 0.4, liveness: 0.98, models: ["detector.onnx": "aa", "embedder.onnx": "bb"],
            frames: ["cc", "dd"], camera: "/dev/video0", simulatedCamera: true, templateVersion: 1)
    }

    func dispense(
        _ visit: Visit, _ prescription: Prescription, line: Int, number: UInt32, _ outcome: DispenseOutcome? = .done
    ) -> DispenseTransaction {
        var transaction = DispenseTransaction(
            number: number, visit: visit.id, prescription: prescription.id, line: line, box: 0, slot: 10 + line,
            lot: "L2026-\(line)", intendedAt: clock.stamp())
        if let outcome {
            transaction.state = .ended(outcome)
            transaction.endedAt = clock.stamp()
        }
        return transaction
    }

    func slip(_ visit: Visit) -> PrintJob {
        var slip = PrintJob(
            id: UUIDv7.make(), visit: visit.id, documentNumber: "P-1", queuedAt: clock.stamp())
        slip.state = .confirmed
        slip.endedAt = clock.stamp()
        return slip
    }

    /// The visit once more, with what became of its first box.
    func correction(
        of content: ConsultationContent, _ outcome: DispenseOutcome = .done
    ) -> ConsultationContent {
        var later = ConsultationContent(
            kiosk: content.kiosk, visit: content.visit, sequence: content.sequence + 1, at: clock.stamp())
        later.doctor = content.doctor
        later.prescription = content.prescription
        later.dispenses = content.dispenses
        later.dispenses[0].state = .ended(outcome)
        later.slip = content.slip
        return later
    }

    /// A visit of whose first box that became; nil: it was under way.
    func consultation(firstBox outcome: DispenseOutcome?) throws -> ConsultationContent {
        var content = try consultation()
        if let prescription = content.prescription {
            content.dispenses[0] = dispense(content.visit, prescription, line: 0, number: 41, outcome)
        }
        return content
    }

    /// Everything that a visit can have.
    func consultation(_ visit: Visit? = nil, sequence: UInt64 = 1) throws -> ConsultationContent {
        let visit = visit ?? self.visit()
        let prescription = try prescription(visit)
        var content = ConsultationContent(kiosk: Self.kiosk, visit: visit, sequence: sequence, at: clock.stamp())
        content.doctor = Self.doctor
        content.prescription = prescription
        content.dispenses = [
            dispense(visit, prescription, line: 0, number: 41), dispense(visit, prescription, line: 1, number: 42),
        ]
        content.slip = slip(visit)
        return content
    }
}
