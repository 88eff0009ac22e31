import FHIRModel
import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform

extension ConsultationBundle {
    /// The JWS byte for byte, the evidence that its headers carry the hash of, and the Provenance that ties them to
    /// the prescription's lines.
    static func signature(
        _ jws: [UInt8], of prescription: Prescription, _ content: ConsultationContent, _ context: BundleContext
    ) throws(Fault) -> [FHIR.Resource] {
        guard let doctor = context.doctor, let evidence = prescription.evidence,
            let evidenceBytes = prescription.evidenceBytes
        else { throw Fault(.internalError, "a signed prescription has no doctor or no evidence") }
        let digest = Digest.sha256(evidenceBytes)
        guard carries(jws, Base64URL.encode(digest)) else {
            throw Fault(.internalError, "the signatures are not over this evidence")
        }
        let event = evidenceEvent(evidence, evidenceBytes, digest, doctor: doctor, content, context)
        var binary = FHIR.Binary(contentType: "application/jose+json", data: Data(jws).base64EncodedString())
        binary.id = DerivedID.make(content.visit.id, "Binary/jws")
        let binaryReference = BundleContext.to(binary.id ?? "")

        var provenance = FHIR.Provenance(
            target: prescription.lines.indices.map { BundleContext.to(requestID(content.visit.id, $0)) },
            recorded: evidence.at.iso8601,
            agent: [
                FHIR.Provenance.Agent(type: participation("author", "Author"), who: doctor),
                FHIR.Provenance.Agent(type: participation("assembler", "Assembler"), who: context.kiosk),
            ])
        provenance.id = DerivedID.make(content.visit.id, "Provenance")
        provenance.entity = [
            FHIR.Provenance.Entity(role: "source", what: BundleContext.to(event.id ?? "")),
            FHIR.Provenance.Entity(role: "source", what: binaryReference),
        ]
        provenance.signature = [
            FHIR.Signature(
                type: [Systems.authorSignature], when: evidence.at.iso8601, who: doctor,
                sigFormat: "application/jose", data: Data(jws).base64EncodedString())
        ]
        return [.auditEvent(event), .binary(binary), .provenance(provenance)]
    }

    /// How the doctor was verified: numbers and hashes, no image, no template.
    private static func evidenceEvent(
        _ evidence: SigningEvidence, _ bytes: [UInt8], _ digest: [UInt8], doctor: FHIR.Reference,
        _ content: ConsultationContent, _ context: BundleContext
    ) -> FHIR.AuditEvent {
        var event = FHIR.AuditEvent(
            type: FHIR.Coding(system: Systems.dicom, code: "110114", display: "User Authentication"),
            recorded: evidence.at.iso8601, agent: [FHIR.AuditEvent.Agent(who: doctor, requestor: true)],
            source: FHIR.AuditEvent.Source(observer: context.kiosk, site: content.kiosk.site.orNil))
        event.id = DerivedID.make(content.visit.id, "AuditEvent/evidence")
        event.subtype = [FHIR.Coding(system: Systems.audit, code: "\(evidence.method.rawValue)-verify")]
        event.action = "E"
        event.outcome = .success
        var details = [
            FHIR.AuditEvent.Detail("evidence-sha256", string: Hex.encode(digest)),
            FHIR.AuditEvent.Detail("evidence", base64: Data(bytes).base64EncodedString()),
            FHIR.AuditEvent.Detail("counter", string: String(evidence.counter)),
            FHIR.AuditEvent.Detail("custody", string: evidence.custody.rawValue),
        ]
        if let face = evidence.face { details += self.details(face) }
        if let reason = evidence.faceUnavailable { details.append(.init("face-unavailable", string: reason.rawValue)) }
        event.entity = [FHIR.AuditEvent.Entity(what: context.encounter, detail: details)]
        return event
    }

    private static func details(_ face: FaceEvidence) -> [FHIR.AuditEvent.Detail] {
        var details = [
            FHIR.AuditEvent.Detail("verdict", string: face.verdict.rawValue),
            FHIR.AuditEvent.Detail("threshold", string: String(face.threshold)),
            FHIR.AuditEvent.Detail("nonce", string: Hex.encode(face.nonce)),
            FHIR.AuditEvent.Detail("template-version", string: String(face.templateVersion)),
            FHIR.AuditEvent.Detail("simulated-camera", string: String(face.simulatedCamera)),
        ]
        if let score = face.score { details.append(.init("score", string: String(score))) }
        if let liveness = face.liveness { details.append(.init("liveness", string: String(liveness))) }
        for (name, digest) in face.models.sorted(by: { $0.key < $1.key }) {
            details.append(.init("model", string: "\(name) \(digest)"))
        }
        for frame in face.frames { details.append(.init("frame-sha256", string: frame)) }
        return details
    }

    /// Whether every signature's protected header has the evidence's hash.
    private static func carries(_ jws: [UInt8], _ evidence: String) -> Bool {
        guard let parsed = try? GeneralJWS(parsing: jws), !parsed.signatures.isEmpty else { return false }
        return parsed.signatures.allSatisfy { signature in
            guard let header = Base64URL.decode(signature.protected),
                let decoded = try? JSONDecoder().decode(JWSHeader.self, from: Data(header))
            else { return false }
            return decoded.evidence == evidence
        }
    }

    private static func participation(_ code: String, _ display: String) -> FHIR.CodeableConcept {
        FHIR.CodeableConcept(coding: [FHIR.Coding(system: Systems.participation, code: code, display: display)])
    }
}
