import FHIRModel
import Foundation

/// A transaction that a platform would take, whatever it holds: judged by itself, ready to be put.
struct JudgedTransaction: Sendable {
    struct Put: Sendable {
        /// `Type/id`.
        let name: String
        /// JSON with keys sorted, references rewritten to `Type/id`.
        let content: [UInt8]
        /// The version that must be there (RFC 9110 section 13.1.1).
        let ifMatch: String?
    }

    let puts: [Put]

    static func judge(_ body: [UInt8], refuseSimulated: Bool) -> Result<JudgedTransaction, PlatformRecords.Refusal> {
        Result { () throws(PlatformRecords.Refusal) in try JudgedTransaction(body, refuseSimulated: refuseSimulated) }
    }

    private init(_ body: [UInt8], refuseSimulated: Bool) throws(PlatformRecords.Refusal) {
        guard let text = try? JSONSerialization.jsonObject(with: Data(body)), let outline = text as? [String: Any]
        else {
            throw .refused(400, [.init(severity: "fatal", code: "structure", diagnostics: "not JSON")])
        }
        let bundle = try Self.bundle(body)
        let problems = BundleCheck.problems(of: bundle, text: outline, refuseSimulated: refuseSimulated)
        guard problems.isEmpty else { throw .refused(422, problems) }

        var names: [String: String] = [:]
        for entry in bundle.entry ?? [] { names[entry.fullUrl ?? ""] = entry.request?.url }
        var puts: [Put] = []
        for (entry, resource) in zip(bundle.entry ?? [], BundleCheck.resources(of: outline)) {
            guard let request = entry.request,
                let content = try? JSONSerialization.data(
                    withJSONObject: Self.resolved(resource, names), options: [.sortedKeys, .withoutEscapingSlashes])
            else { throw .refused(500, [.init(severity: "fatal", code: "exception")]) }
            puts.append(Put(name: request.url, content: Array(content), ifMatch: request.ifMatch))
        }
        self.puts = puts
    }

    private static func bundle(_ body: [UInt8]) throws(PlatformRecords.Refusal) -> FHIR.Bundle {
        do {
            guard case .bundle(let bundle) = try FHIR.decode(body), bundle.type == .transaction else {
                throw PlatformRecords.Refusal.refused(400, [.init(severity: "error", code: "not-supported")])
            }
            return bundle
        } catch let refusal as PlatformRecords.Refusal {
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
