import FHIRModel
import Foundation
import KioskModel

/// The platform's answer to one transaction, judged.
///
/// It is an acknowledgement only where the HTTP status and every entry's status are 2xx and every entry names the
/// resource that was sent in its place. What the platform wrote in free text is not kept: it may quote a person.
struct Acknowledgement {
    let status: Int
    let retryAfter: String?
    let body: [UInt8]

    /// Statuses that speak of the message itself, whoever in between wrote the body.
    private static let ofTheMessage: Set<Int> = [400, 409, 412, 413, 422]

    func delivery(of sent: [SentEntry]) -> Delivery {
        switch status {
        case 200..<300: return entries(of: sent)
        case 401, 403: return .unavailable(Fault(.syncAuthentication, "HTTP \(status)"), retryAfter: nil)
        case 408, 425, 429, 503: return .unavailable(Fault(.syncServerError, "HTTP \(status)"), retryAfter: wish)
        case 400..<500:
            // A proxy or a wrong address also says 404: only the platform itself can refuse a record for good.
            guard Self.ofTheMessage.contains(status) || outcome != nil else {
                return .troubled(Fault(.syncServerError, "HTTP \(status), not from a FHIR platform"))
            }
            return .refused(Fault(.syncRefused, "HTTP \(status)\(reasons)"))
        default: return .troubled(Fault(.syncServerError, "HTTP \(status)"))
        }
    }

    private func entries(of sent: [SentEntry]) -> Delivery {
        guard case .bundle(let answer) = try? FHIR.decode(body), answer.type == .transactionResponse else {
            return .doubtful(Fault(.syncAckMismatch, "HTTP \(status), but no transaction response"))
        }
        let entries = answer.entry ?? []
        guard entries.count == sent.count else {
            return .doubtful(Fault(.syncAckMismatch, "\(entries.count) entries answer \(sent.count)"))
        }
        for (index, (expected, entry)) in zip(sent, entries).enumerated() {
            let place = "entry \(index) (\(expected.type))"
            guard let code = entry.response.flatMap({ Int($0.status.prefix(3)) }) else {
                return .doubtful(Fault(.syncAckMismatch, "\(place) has no status"))
            }
            switch code {
            case 200..<300: break
            case 400..<500: return .refused(Fault(.syncRefused, "\(place): \(code)"))
            default: return .troubled(Fault(.syncServerError, "\(place): \(code)"))
            }
            guard isNamed(expected, in: entry) else {
                return .doubtful(Fault(.syncAckMismatch, "\(place) names another resource"))
            }
        }
        return .acknowledged
    }

    private func isNamed(_ expected: SentEntry, in entry: FHIR.Bundle.Entry) -> Bool {
        let location = entry.response?.location
        let resource = entry.resource
        guard location != nil || resource != nil else { return false }
        if let location, !expected.isNamed(by: location) { return false }
        if let resource, resource.type != expected.type || resource.id != expected.id { return false }
        return true
    }

    private var outcome: FHIR.OperationOutcome? {
        if case .operationOutcome(let outcome) = try? FHIR.decode(body) { outcome } else { nil }
    }

    /// The codes and places of the platform's errors, in the closed alphabet of FHIRPath.
    private var reasons: String {
        let errors = (outcome?.issue ?? []).filter { $0.severity == "error" || $0.severity == "fatal" }
        let words = errors.prefix(3).map { issue in
            let place = (issue.expression?.first).flatMap { Self.isPath($0) ? " at \($0)" : nil } ?? ""
            return (Self.isPath(issue.code) ? issue.code : "error") + place
        }
        return words.isEmpty ? "" : ": " + words.joined(separator: "; ")
    }

    private static func isPath(_ text: String) -> Bool {
        text.utf8.count <= 120
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]"),
                    UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"):
                    true
                default: false
                }
            }
    }

    /// Retry-After in seconds (RFC 9110 section 10.2.3); a date depends on a clock that may be wrong and is not used.
    private var wish: Duration? {
        guard let retryAfter, let seconds = Int(retryAfter.trimmingCharacters(in: .whitespaces)), seconds >= 0 else {
            return nil
        }
        return .seconds(min(seconds, 3600))
    }
}
