import FHIRModel
import Foundation
import KioskCrypto
import KioskModel
import KioskPlatform

/// Renders one consultation as one FHIR R4 transaction: the platform takes all of it, or nothing.
///
/// Each resource is PUT under an id of its own, so sending the same bytes again changes nothing. A prescription is
/// never in a bundle without its signatures (Binary with the exact JWS bytes, Provenance, AuditEvent); an unsigned
/// draft is not in it at all. What was simulated is tagged, the bundle and every resource in it.
public enum ConsultationBundle {
    /// Throws `internalError` where the values don't belong together.
    public static func make(_ content: ConsultationContent) throws(Fault) -> RenderedBundle {
        try check(content)
        let context = BundleContext(content)
        var resources: [FHIR.Resource] = [.patient(patient(content)), .encounter(encounter(content, context))]
        if let prescription = content.prescription {
            if let jws = prescription.jws {
                resources += requests(prescription, content, context)
                resources += dispenses(prescription, content, context)
                resources += try signature(jws, of: prescription, content, context)
            }
            resources += issues(prescription, content, context)
        }
        if let slip = content.slip { resources.append(.auditEvent(printEvent(slip, content, context))) }

        var bundle = FHIR.Bundle(
            type: .transaction, entry: resources.map { entry(context.tagged($0)) })
        // Another moment of the same visit is another bundle, over the same resources.
        bundle.id = DerivedID.make(content.visit.id, "Bundle", content.sequence)
        bundle.meta = context.meta
        bundle.identifier = FHIR.Identifier(
            system: Systems.bundle, value: "\(content.kiosk.id)/\(content.sequence)")
        bundle.timestamp = content.at.iso8601
        do {
            let bytes = try FHIR.encode(.bundle(bundle))
            return RenderedBundle(id: bundle.id ?? "", bytes: bytes)
        } catch {
            throw Fault(.internalError, "the bundle can't be encoded")
        }
    }

    private static func check(_ content: ConsultationContent) throws(Fault) {
        let visit = content.visit.id
        guard UUIDv7.isUUID(visit) else { throw Fault(.internalError, "the visit's id is not a UUID") }
        guard content.dispenses.isEmpty || content.prescription?.jws != nil else {
            throw Fault(.internalError, "boxes were dispensed without a signed prescription")
        }
        guard content.prescription?.visit ?? visit == visit, content.slip?.visit ?? visit == visit,
            content.dispenses.allSatisfy({
                $0.visit == visit && $0.prescription == content.prescription?.id
                    && content.prescription?.lines.indices.contains($0.line) == true
            })
        else { throw Fault(.internalError, "the bundle's parts are of different visits") }
        guard Set(content.dispenses.map(\.number)).count == content.dispenses.count else {
            throw Fault(.internalError, "a dispense transaction is there twice")
        }
        if let prescription = content.prescription, prescription.jws != nil {
            guard content.doctor?.id ?? prescription.doctor == prescription.doctor, !prescription.lines.isEmpty else {
                throw Fault(.internalError, "the signed prescription is another doctor's or has no line")
            }
        }
    }

    private static func entry(_ resource: FHIR.Resource) -> FHIR.Bundle.Entry {
        let id = resource.id ?? ""
        return FHIR.Bundle.Entry(
            fullUrl: "urn:uuid:\(id)", resource: resource,
            request: FHIR.Bundle.Request(method: "PUT", url: "\(resource.type)/\(id)"))
    }
}
