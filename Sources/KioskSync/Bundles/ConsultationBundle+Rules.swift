import FHIRModel
import KioskModel
import KioskPlatform

extension ConsultationBundle {
    /// What each rule said, also of a draft that was never signed.
    static func issues(
        _ prescription: Prescription, _ content: ConsultationContent, _ context: BundleContext
    ) -> [FHIR.Resource] {
        let signed = prescription.jws != nil
        return prescription.rules.enumerated().map { index, result in
            var issue = FHIR.DetectedIssue(status: .final)
            issue.id = DerivedID.make(content.visit.id, "DetectedIssue", "\(index)/\(result.rule)")
            issue.extension = [FHIR.Extension(url: Systems.verdictExtension, code: result.verdict.rawValue)]
            issue.code = FHIR.CodeableConcept(
                coding: [FHIR.Coding(system: Systems.rule, code: result.rule, display: result.en.orNil)],
                text: result.zh.orNil)
            issue.severity = result.verdict == .block ? "high" : "low"
            issue.patient = context.patient
            issue.identifiedDateTime = prescription.issuedAt.iso8601
            issue.author = context.kiosk
            if signed {
                issue.implicated = prescription.lines.indices.map {
                    BundleContext.to(requestID(content.visit.id, $0))
                }
            }
            issue.detail = result.zh.orNil
            return .detectedIssue(issue)
        }
    }
}
