import FHIRModel
import Foundation

/// What the stand-in holds, and the one way it changes: a whole transaction, or nothing.
struct PlatformRecords {
    struct Version: Sendable, Hashable {
        let number: Int
        /// JSON with keys sorted, references rewritten to `Type/id`.
        let content: [UInt8]
    }

    /// By `Type/id`; the newest version last.
    private(set) var held: [String: [Version]] = [:]

    enum Refusal: Error {
        /// HTTP status and what is wrong.
        case refused(Int, [FHIR.OperationOutcome.Issue])
    }

    var counts: [String: Int] {
        held.keys.reduce(into: [:]) { $0[String($1.prefix { $0 != "/" }), default: 0] += 1 }
    }

    func newest(_ name: String) -> Version? { held[name]?.last }

    /// Holds a resource that came from nowhere else, in place of its content before; nil takes it away.
    mutating func hold(_ name: String, _ content: [UInt8]?) {
        held[name] = content.map { [Version(number: (held[name]?.count ?? 0) + 1, content: $0)] }
    }

    /// Takes a transaction and returns the answer's entries; throws `Refusal` with nothing changed.
    mutating func apply(_ body: [UInt8], refuseSimulated: Bool) throws(Refusal) -> [FHIR.Bundle.Entry] {
        guard let text = try? JSONSerialization.jsonObject(with: Data(body)), let outline = text as? [String: Any]
        else {
            throw .refused(400, [.init(severity: "fatal", code: "structure", diagnostics: "not JSON")])
        }
        let bundle = try Self.bundle(body)
        let problems = BundleCheck.problems(of: bundle, text: text, refuseSimulated: refuseSimulated)
        guard problems.isEmpty else { throw .refused(422, problems) }

        var names: [String: String] = [:]
        for entry in bundle.entry ?? [] { names[entry.fullUrl ?? ""] = entry.request?.url }
        let raw = (outline["entry"] as? [Any] ?? []).map { ($0 as? [String: Any])?["resource"] ?? [:] }
        for entry in bundle.entry ?? [] {
            guard let wanted = entry.request?.ifMatch, let name = entry.request?.url else { continue }
            // RFC 9110 section 13.1.1: the version that is there must be the one that was meant.
            guard wanted == newest(name).map({ "W/\"\($0.number)\"" }) else {
                throw .refused(412, [.init(severity: "error", code: "conflict", expression: ["Bundle.entry.request"])])
            }
        }
        var answer: [FHIR.Bundle.Entry] = []
        for (entry, resource) in zip(bundle.entry ?? [], raw) {
            guard let name = entry.request?.url,
                let content = try? JSONSerialization.data(
                    withJSONObject: Self.resolved(resource, names), options: [.sortedKeys, .withoutEscapingSlashes])
            else { throw .refused(500, [.init(severity: "fatal", code: "exception")]) }
            answer.append(put(name, Array(content)))
        }
        return answer
    }

    /// The same content again changes nothing; other content is a new version.
    private mutating func put(_ name: String, _ content: [UInt8]) -> FHIR.Bundle.Entry {
        var versions = held[name] ?? []
        let status = versions.isEmpty ? "201 Created" : "200 OK"
        if versions.last?.content != content {
            versions.append(Version(number: versions.count + 1, content: content))
        }
        held[name] = versions
        return FHIR.Bundle.Entry(
            response: FHIR.Bundle.Response(
                status: status, location: "\(name)/_history/\(versions.count)", etag: "W/\"\(versions.count)\""))
    }

    private static func bundle(_ body: [UInt8]) throws(Refusal) -> FHIR.Bundle {
        do {
            guard case .bundle(let bundle) = try FHIR.decode(body), bundle.type == .transaction else {
                throw Refusal.refused(400, [.init(severity: "error", code: "not-supported")])
            }
            return bundle
        } catch let refusal as Refusal {
            throw refusal
        } catch DecodingError.keyNotFound(let key, let context) {
            let place = (context.codingPath + [key]).map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            throw .refused(
                422, [.init(severity: "error", code: "required", expression: [place.joined(separator: ".")])])
        } catch {
            throw .refused(422, [.init(severity: "error", code: "structure", diagnostics: "\(type(of: error))")])
        }
    }

    /// `urn:uuid:…` becomes `Type/id` in every reference, as servers do.
    private static func resolved(_ value: Any, _ names: [String: String]) -> Any {
        switch value {
        case let object as [String: Any]:
            object.reduce(into: [String: Any]()) { result, pair in
                let name = pair.key == "reference" ? (pair.value as? String).flatMap { names[$0] } : nil
                result[pair.key] = name ?? resolved(pair.value, names)
            }
        case let array as [Any]: array.map { resolved($0, names) }
        default: value
        }
    }
}
