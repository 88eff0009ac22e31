import FHIRModel
import Foundation
import KioskModel

extension FHIRPlatformClient {
    enum EnvelopeAnswer: Sendable {
        /// The platform was reached; nil where it has no order, or can't say.
        case answered([UInt8]?)
        /// There may be an order, but it did not come: the answer was too long, or it broke off. Records may pass.
        case unread(Fault)
        /// Nothing passes.
        case unreachable(Fault)
    }

    /// Asks for the kiosk's order: the Binary `envelope-KIOSK`, so that any FHIR server can hold it.
    func envelope(for kiosk: String) async -> EnvelopeAnswer {
        do {
            let answer = try await exchange(.GET, url + "Binary/envelope-\(kiosk)")
            guard (200..<300).contains(answer.status) else { return .answered(nil) }
            if case .binary(let binary) = try? FHIR.decode(answer.body) {
                return .answered(binary.data.flatMap { Data(base64Encoded: $0) }.map { Array($0) })
            }
            return .answered(answer.body)
        } catch {
            switch TransportFault.delivery(error) {
            case .unavailable(let fault, _): return .unreachable(fault)
            case .interrupted(let fault): return .unread(fault)
            case .acknowledged, .refused, .doubtful, .troubled: return .answered(nil)
            }
        }
    }
}
