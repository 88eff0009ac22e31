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
    /// The body, where it is FHIR.
    let resource: FHIR.Resource?
    /// Whether it stands in a FHIR server's answer to a batch or a transaction: then nobody in between has written it.
    private let isEntry: Bool
    /// Whose status it is, for people.
    private let place: String

    init(
        status: Int, retryAfter: String?, resource: FHIR.Resource?, isEntry: Bool = false, place: String = "HTTP"
    ) {
        self.status = status
        self.retryAfter = retryAfter
        self.resource = resource
        self.isEntry = isEntry
        self.place = place
    }

    init(status: Int, retryAfter: String?, body: [UInt8]) {
        self.init(status: status, retryAfter: retryAfter, resource: try? FHIR.decode(body))
    }

    /// Statuses of an entry that speak of the message itself, without an OperationOutcome too.
    private static let ofTheMessage: Set<Int> = [400, 409, 412, 413, 422]

    /// The verdict on one transaction.
    func delivery(of sent: [SentEntry]) -> Delivery { failure ?? entries(of: sent) }

    /// The verdict on several transactions that were sent as one batch.
    func delivery(of batch: [[SentEntry]]) -> BatchDelivery {
        if let failure { return .whole(failure) }
        guard case .bundle(let answer) = resource, answer.type == .batchResponse else {
            return .whole(misfit("batch response"))
        }
        let entries = answer.entry ?? []
        guard entries.count == batch.count else {
            return .whole(.doubtful(Fault(.syncAckMismatch, "\(entries.count) entries answer \(batch.count)")))
        }
        var deliveries: [Delivery] = []
        for (sent, entry) in zip(batch, entries) {
            guard let code = entry.response.flatMap({ Int($0.status.prefix(3)) }) else {
                return .whole(.doubtful(Fault(.syncAckMismatch, "an entry of the batch has no status")))
            }
            let resource = (200..<300).contains(code) ? entry.resource : entry.response?.outcome ?? entry.resource
            let delivery = Acknowledgement(status: code, retryAfter: nil, resource: resource, isEntry: true)
                .delivery(of: sent)
            if case .bundle = resource {
            } else if (200..<300).contains(code) {
                // Taken for something else than a transaction.
                return .whole(.doubtful(Fault(.syncAckMismatch, "the platform does not take bundles in a batch")))
            }
            deliveries.append(delivery)
        }
        return .each(deliveries)
    }

    /// What a status beyond 2xx means; nil for 2xx.
    private var failure: Delivery? {
        switch status {
        case 200..<300: return nil
        case 401, 403: return .unavailable(Fault(.syncAuthentication, words), retryAfter: nil)
        case 408, 425, 429, 503: return .unavailable(Fault(.syncServerError, words), retryAfter: wish)
        case 400..<500:
            // A proxy, a captive portal or a wrong address also says 400 and 404: only the platform itself can refuse a
            // record for good.
            guard outcome != nil || isEntry && Self.ofTheMessage.contains(status) else {
                return isEntry ? .troubled(Fault(.syncServerError, "\(words) without a reason")) : stranger
            }
            return .refused(Fault(.syncRefused, "\(words)\(reasons)"))
        default: return .troubled(Fault(.syncServerError, words))
        }
    }

    private var words: String { "\(place) \(status)" }

    /// Whoever answers so need not be the platform: it is no word on the message, whatever the status.
    private var stranger: Delivery { .troubled(Fault(.syncServerError, "\(words), not from a FHIR platform")) }

    /// A body that is not what was asked for: a page that somebody in between puts up, or FHIR that does not fit.
    private func misfit(_ wanted: String) -> Delivery {
        resource == nil ? stranger : .doubtful(Fault(.syncAckMismatch, "\(words), but no \(wanted)"))
    }

    private func entries(of sent: [SentEntry]) -> Delivery {
        guard case .bundle(let answer) = resource, answer.type == .transactionResponse else {
            return misfit("transaction response")
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
            let own = Acknowledgement(
                status: code, retryAfter: nil, resource: entry.response?.outcome, isEntry: true, place: "\(place):")
            if let failure = own.failure { return failure }
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
        if case .operationOutcome(let outcome) = resource { outcome } else { nil }
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
