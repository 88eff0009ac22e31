import FHIRModel
import Foundation

/// What a platform asks of a kiosk's transaction: R4's rules, and the kiosk's own profile.
///
/// Mandatory elements are checked by decoding; here is what decoding can't see.
struct BundleCheck {
    private let bundle: FHIR.Bundle
    private let refuseSimulated: Bool
    private var problems: [FHIR.OperationOutcome.Issue] = []

    static func problems(
        of bundle: FHIR.Bundle, text: [String: Any], refuseSimulated: Bool
    ) -> [FHIR.OperationOutcome.Issue] {
        var check = BundleCheck(bundle: bundle, refuseSimulated: refuseSimulated)
        check.entries()
        check.references(in: text)
        check.signatures()
        check.profile()
        check.simulation()
        check.values(text, at: "Bundle")
        return check.problems
    }

    private init(bundle: FHIR.Bundle, refuseSimulated: Bool) {
        self.bundle = bundle
        self.refuseSimulated = refuseSimulated
    }

    private var list: [FHIR.Bundle.Entry] { bundle.entry ?? [] }
    private var resources: [FHIR.Resource] { list.compactMap(\.resource) }

    private mutating func refuse(_ code: String, _ words: String, at place: String) {
        problems.append(.init(severity: "error", code: code, diagnostics: words, expression: [place]))
    }

    private mutating func entries() {
        if list.isEmpty { refuse("required", "the transaction is empty", at: "Bundle.entry") }
        var urls: Set<String> = []
        var targets: Set<String> = []
        for (index, entry) in list.enumerated() {
            let place = "Bundle.entry[\(index)]"
            guard let request = entry.request, entry.response == nil else {
                refuse("invariant", "bdl-3, bdl-4: a request, and no response", at: place)
                continue
            }
            guard let fullUrl = entry.fullUrl, urls.insert(fullUrl).inserted else {
                refuse("invariant", "bdl-7: each entry has a fullUrl of its own", at: place + ".fullUrl")
                continue
            }
            guard let resource = entry.resource, let id = resource.id, request.method == "PUT",
                request.url == "\(resource.type)/\(id)", fullUrl == "urn:uuid:\(id)", UUID(uuidString: id) != nil
            else {
                refuse("invalid", "PUT of a resource under its own UUID", at: place)
                continue
            }
            if !targets.insert(request.url).inserted { refuse("duplicate", "a resource is there twice", at: place) }
        }
    }

    /// The resources of a bundle's entries, as its text has them.
    static func resources(of bundle: [String: Any]) -> [[String: Any]] {
        (bundle["entry"] as? [Any] ?? []).map { ($0 as? [String: Any])?["resource"] as? [String: Any] ?? [:] }
    }

    private mutating func references(in text: [String: Any]) {
        let urls = Set(list.compactMap(\.fullUrl))
        for (index, resource) in Self.resources(of: text).enumerated() {
            let contained = Set(Self.strings("id", in: resource["contained"] ?? []).map { "#" + $0 })
            for reference in Self.strings("reference", in: resource)
            where !urls.contains(reference) && !contained.contains(reference) {
                refuse("not-found", "a reference leads nowhere", at: "Bundle.entry[\(index)].resource")
            }
        }
    }

    private mutating func signatures() {
        let requests = list.compactMap { entry -> String? in
            if case .medicationRequest = entry.resource { entry.fullUrl } else { nil }
        }
        var signed: Set<String> = []
        for case .provenance(let provenance) in resources {
            let good = (provenance.signature ?? []).contains {
                $0.sigFormat == "application/jose" && Data(base64Encoded: $0.data)?.isEmpty == false
            }
            if good { signed.formUnion(provenance.target.compactMap(\.reference)) }
        }
        for (index, request) in requests.enumerated() where !signed.contains(request) {
            refuse("business-rule", "a prescription without its signature", at: "MedicationRequest[\(index)]")
        }
    }

    private mutating func profile() {
        if bundle.identifier?.value == nil { refuse("required", "kiosk and sequence", at: "Bundle.identifier") }
        for resource in resources {
            switch resource {
            case .encounter(let body):
                if body.period?.start == nil { refuse("required", "period", at: "Encounter.period") }
                if body.subject == nil { refuse("required", "subject", at: "Encounter.subject") }
            case .medicationRequest(let body):
                let parts: [(String, Bool)] = [
                    ("requester", body.requester != nil), ("encounter", body.encounter != nil),
                    ("groupIdentifier", body.groupIdentifier?.value != nil),
                    ("reasonCode", body.reasonCode?.isEmpty == false),
                    ("dosageInstruction", body.dosageInstruction?.isEmpty == false),
                    ("dispenseRequest.validityPeriod", body.dispenseRequest?.validityPeriod != nil),
                    ("dispenseRequest.quantity", body.dispenseRequest?.quantity != nil),
                ]
                for (name, there) in parts where !there {
                    refuse("required", name, at: "MedicationRequest.\(name)")
                }
            case .medicationDispense(let body):
                if body.authorizingPrescription?.isEmpty != false {
                    refuse("required", "the prescription", at: "MedicationDispense.authorizingPrescription")
                }
                if body.quantity == nil { refuse("required", "quantity", at: "MedicationDispense.quantity") }
            default: break
            }
        }
    }

    private mutating func simulation() {
        let tagged = resources.filter { Self.isSimulated($0.meta) }
        if Self.isSimulated(bundle.meta) != !tagged.isEmpty || !tagged.isEmpty && tagged.count != resources.count {
            refuse("business-rule", "a part is marked as simulated, another is not", at: "Bundle.meta.tag")
        }
        if refuseSimulated, !tagged.isEmpty {
            refuse("business-rule", "simulated records are not taken here", at: "Bundle.meta.tag")
        }
    }

    private static func isSimulated(_ meta: FHIR.Meta?) -> Bool {
        (meta?.tag ?? []).contains { $0.system == "urn:kiosk:tag" && $0.code == "simulated" }
    }

    /// R4 has no empty strings, arrays or objects and no null; a client never sends meta.lastUpdated.
    private mutating func values(_ value: Any, at place: String) {
        switch value {
        case let object as [String: Any]:
            if object.isEmpty { refuse("invalid", "an empty object", at: place) }
            for (key, inner) in object {
                if key == "lastUpdated" { refuse("invalid", "lastUpdated is the server's", at: place) }
                values(inner, at: "\(place).\(key)")
            }
        case let array as [Any]:
            if array.isEmpty { refuse("invalid", "an empty array", at: place) }
            for (index, inner) in array.enumerated() { values(inner, at: "\(place)[\(index)]") }
        case let string as String:
            if string.isEmpty { refuse("invalid", "an empty string", at: place) }
        case is NSNull: refuse("invalid", "null", at: place)
        default: break
        }
    }

    private static func strings(_ key: String, in value: Any) -> [String] {
        switch value {
        case let object as [String: Any]:
            object.flatMap { name, inner in
                (name == key ? [inner as? String].compactMap { $0 } : []) + strings(key, in: inner)
            }
        case let array as [Any]: array.flatMap { strings(key, in: $0) }
        default: []
        }
    }
}
