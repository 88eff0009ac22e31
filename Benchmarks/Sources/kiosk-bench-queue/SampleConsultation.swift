import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform
import KioskStore
import KioskSync

/// A consultation with two medicines, signed, as it comes out of a visit; each item is one of a visit of its own.
struct SampleConsultation {
    private let stamp = SystemClock().stamp()
    /// The rendered bundle, cut at its resources' ids: text, then the id that follows it.
    private let pieces: [(text: [UInt8], id: Substring?)]

    init() throws {
        let text = String(decoding: try Self.render(UUIDv7.make(), stamp), as: UTF8.self)
        let ids = Self.identifiers(in: text)
        var pieces: [(text: [UInt8], id: Substring?)] = []
        var rest = text[...]
        var from = rest.startIndex
        while from < rest.endIndex {
            let next = rest[from...].prefix(36)
            guard ids.contains(String(next)) else {
                from = rest.index(after: from)
                continue
            }
            pieces.append((Array(rest[..<from].utf8), next))
            rest = rest[next.endIndex...]
            from = rest.startIndex
        }
        self.pieces = pieces + [(Array(rest.utf8), nil)]
    }

    /// The bundle under new ids: each gets a part of the message's.
    func item() throws -> OutboxItem {
        let id = UUIDv7.make()
        let mark = UInt64(id.suffix(12), radix: 16) ?? 0
        var body: [UInt8] = []
        for piece in pieces {
            body += piece.text
            guard let old = piece.id else { continue }
            let mixed = String((UInt64(old.suffix(12), radix: 16) ?? 0) ^ mark, radix: 16)
            body += old.prefix(24).utf8
            body += String(repeating: "0", count: max(0, 12 - mixed.count)).utf8
            body += mixed.utf8
        }
        return OutboxItem(id: id, kind: "consultation", visit: id, body: body)
    }

    private static func identifiers(in text: String) -> Set<String> {
        var found: Set<String> = []
        var rest = text[...]
        while let range = rest.range(of: "urn:uuid:") {
            found.insert(String(rest[range.upperBound...].prefix(36)))
            rest = rest[range.upperBound...]
        }
        return found
    }

    private static func render(_ id: VisitID, _ stamp: Stamp) throws -> [UInt8] {
        let patient = PatientIdentity(
            cardKind: .socialSecurity, cardNumber: "T00000019", number: "11010119900131123X", name: "测试患者",
            sex: .female, birthDate: "1990-01-31")
        var visit = Visit(id: id, mode: .clinicOnsite, openedAt: stamp, patient: patient, simulated: ["reader"])
        visit.state = .closed
        visit.closedAt = stamp
        let lines = ["M001", "M002"].map {
            PrescriptionLine(
                medicine: $0, name: "阿莫西林胶囊", strength: "0.25 g × 24", boxes: 1, dose: "0.5 g", route: "口服",
                frequency: "每日三次", days: 4)
        }
        var prescription = Prescription(
            id: UUIDv7.make(), visit: id, number: "K001-0001", doctor: "d-1",
            diagnosis: CodedText(system: "http://hl7.org/fhir/sid/icd-10", code: "J06.9", display: "急性上呼吸道感染"),
            lines: lines, issuedAt: stamp,
            rules: [RuleResult(rule: "R01", verdict: .pass, zh: "医生在执业范围内", en: "The doctor is in scope")],
            payload: Array(#"{"id":"\#(id)"}"#.utf8))
        let evidence = SigningEvidence(
            method: .pin, face: nil, faceUnavailable: .faceServiceDown, custody: .softwareLab, at: stamp, counter: 1)
        let bytes = try CanonicalJSON.encode(evidence)
        prescription.evidence = evidence
        prescription.evidenceBytes = bytes
        var jws = GeneralJWS(payload: prescription.payload)
        for kid in ["d-1", "K001"] {
            var header = JWSHeader(algorithm: .es256, kid: kid, typ: "kiosk-prescription+jws")
            header.evidence = Base64URL.encode(Digest.sha256(bytes))
            try jws.add(SigningKey().sign(jws.signingInput(header: header)), header: header)
        }
        prescription.jws = try jws.encoded()
        var content = ConsultationContent(
            kiosk: .init(id: "K001", name: "测试诊亭", site: "S01"), visit: visit, sequence: 1, at: stamp)
        content.doctor = .init(id: "d-1", name: "李医生", licence: "110000000000001")
        content.prescription = prescription
        content.dispenses = lines.indices.map { line in
            var order = DispenseTransaction(
                number: UInt32(41 + line), visit: id, prescription: prescription.id, line: line, box: 0,
                slot: 11 + line, lot: "L1", intendedAt: stamp)
            order.state = .ended(.done)
            order.endedAt = stamp
            return order
        }
        return try ConsultationBundle.make(content).bytes
    }
}
