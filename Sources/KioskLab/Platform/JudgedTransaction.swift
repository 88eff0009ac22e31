import FHIRModel
import Foundation

/// A transaction that a platform would take, whatever it holds: judged by itself, ready to be put.
struct JudgedTransaction: Sendable {
    struct Put: Sendable {
        /// `Type/id`.
        let name: String
        /// JSON as it came, references rewritten to `Type/id`.
        let content: [UInt8]
        /// The version that must be there (RFC 9110 section 13.1.1).
        let ifMatch: String?
    }

    let puts: [Put]

    static func judge(_ body: [UInt8], refuseSimulated: Bool) -> Result<JudgedTransaction, PlatformRecords.Refusal> {
        Result { () throws(PlatformRecords.Refusal) in try JudgedTransaction(body, refuseSimulated: refuseSimulated) }
    }

    private init(_ body: [UInt8], refuseSimulated: Bool) throws(PlatformRecords.Refusal) {
        let bundle = try Self.bundle(body)
        var resources: [ResourceText] = []
        let problems: [FHIR.OperationOutcome.Issue]
        do {
            let text = JSONText(well: body)
            for resource in try BundleText(text).resources { resources.append(try ResourceText(well: resource)) }
            problems = try BundleCheck.problems(
                of: bundle, text: text, resources: resources, refuseSimulated: refuseSimulated)
        } catch {
            throw Self.noJSON
        }
        guard problems.isEmpty else { throw .refused(422, problems) }

        var names: [String: String] = [:]
        for entry in bundle.entry ?? [] { names[entry.fullUrl ?? ""] = entry.request?.url }
        puts = zip(bundle.entry ?? [], resources).compactMap { entry, resource in
            entry.request.map { Put(name: $0.url, content: resource.resolved(names), ifMatch: $0.ifMatch) }
        }
    }

    private static let noJSON = PlatformRecords.Refusal.refused(
        400, [.init(severity: "fatal", code: "structure", diagnostics: "not JSON")])

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
            guard (try? JSONSerialization.jsonObject(with: Data(body))) is [String: Any] else { throw noJSON }
            throw .refused(422, [.init(severity: "error", code: "structure", diagnostics: "\(type(of: error))")])
        }
    }
}
