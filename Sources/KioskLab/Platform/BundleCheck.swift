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
        of bundle: FHIR.Bundle, text: JSONText, resources: [ResourceText], refuseSimulated: Bool
    ) throws(JSONText.Malformed) -> [FHIR.OperationOutcome.Issue] {
        var check = BundleCheck(bundle: bundle, refuseSimulated: refuseSimulated)
        check.entries()
        check.references(of: resources)
        check.signatures()
        check.profile()
        check.simulation()
        try check.values(of: text)
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

    private mutating func references(of texts: [ResourceText]) {
        let urls = Set(list.compactMap(\.fullUrl))
        for (index, text) in texts.enumerated() {
            for reference in text.references where !urls.contains(reference) && !text.contained.contains(reference) {
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
    private mutating func values(of given: JSONText) throws(JSONText.Malformed) {
        var text = given
        var path = JSONPath(root: "Bundle")
        while let token = try text.next() {
            switch token {
            case .key(let range):
                path.enter(text.text(range))
                if path.member == "lastUpdated" { refuse("invalid", "lastUpdated is the server's", at: path.place) }
                continue
            case .objectStart: path.open(isArray: false)
            case .arrayStart: path.open(isArray: true)
            case .objectEnd: if path.close() { refuse("invalid", "an empty object", at: path.place) }
            case .arrayEnd: if path.close() { refuse("invalid", "an empty array", at: path.place) }
            case .string(let range): if range.isEmpty { refuse("invalid", "an empty string", at: path.place) }
            case .null: refuse("invalid", "null", at: path.place)
            case .literal: break
            }
            if token != .objectStart, token != .arrayStart { path.leave() }
        }
    }
}
