import FHIRModel
import KioskModel

/// The references that many resources of one bundle share.
struct BundleContext {
    let meta: FHIR.Meta?
    let patient: FHIR.Reference
    let encounter: FHIR.Reference
    /// The kiosk, by its identifier: the platform knows the device.
    let kiosk: FHIR.Reference
    /// The doctor, by the licence: the platform knows the practitioner. By the registry's id where the registry no
    /// longer has the doctor: what was signed still has to reach the platform.
    let doctor: FHIR.Reference?
    let patientID: String

    init(_ content: ConsultationContent) {
        meta = content.visit.simulated.isEmpty ? nil : FHIR.Meta(tag: [Systems.simulated])
        patientID = DerivedID.make(content.visit.id, "Patient")
        patient = Self.to(patientID)
        encounter = Self.to(content.visit.id)
        kiosk = FHIR.Reference(
            type: "Device", identifier: FHIR.Identifier(system: Systems.kiosk, value: content.kiosk.id),
            display: content.kiosk.name.orNil)
        let known = content.doctor.map {
            FHIR.Reference(
                type: "Practitioner", identifier: FHIR.Identifier(system: Systems.licence, value: $0.licence),
                display: $0.name.orNil)
        }
        doctor =
            known
            ?? content.prescription.map {
                FHIR.Reference(
                    type: "Practitioner", identifier: FHIR.Identifier(system: Systems.doctor, value: $0.doctor))
            }
    }

    static func to(_ id: String) -> FHIR.Reference { FHIR.Reference("urn:uuid:\(id)") }

    /// The resource with the bundle's tag.
    func tagged(_ resource: FHIR.Resource) -> FHIR.Resource {
        switch resource {
        case .auditEvent(let body): .auditEvent(tag(body))
        case .binary(let body): .binary(tag(body))
        case .bundle(let body): .bundle(tag(body))
        case .detectedIssue(let body): .detectedIssue(tag(body))
        case .encounter(let body): .encounter(tag(body))
        case .medication(let body): .medication(tag(body))
        case .medicationDispense(let body): .medicationDispense(tag(body))
        case .medicationRequest(let body): .medicationRequest(tag(body))
        case .operationOutcome(let body): .operationOutcome(tag(body))
        case .patient(let body): .patient(tag(body))
        case .provenance(let body): .provenance(tag(body))
        }
    }

    private func tag<Body: FHIR.ResourceBody>(_ body: Body) -> Body {
        var body = body
        body.meta = meta
        return body
    }
}
