import Foundation
import KioskCrypto
import KioskModel
import KioskStore

/// Carries the newest checkpoint of the audit chain to the platform, and its countersignature back, in headers of
/// what is sent anyway: `Kiosk-Audit-Checkpoint` and, in the acknowledgement, `Kiosk-Audit-Witness`.
///
/// Both are base64url. A platform that knows nothing of them leaves them, and the chain has no witness then.
public struct WitnessExchange: Sendable {
    static let checkpoint = "kiosk-audit-checkpoint"
    static let witness = "kiosk-audit-witness"
    /// Bytes of an answer's header beyond which it is not read.
    private static let limit = 4096

    private let store: Store
    private let key: EnvelopeKey
    private let onFault: @Sendable (Fault) -> Void

    /// `key`: the platform's, which its countersignatures are checked by.
    public init(store: Store, key: EnvelopeKey, onFault: @escaping @Sendable (Fault) -> Void = { _ in }) {
        self.store = store
        self.key = key
        self.onFault = onFault
    }

    /// What goes with the next request; nil where the platform has witnessed all there is.
    func next() async -> String? {
        guard let found = try? await store.unwitnessedCheckpoint() else { return nil }
        return Base64URL.encode(found.signed)
    }

    /// Keeps what came back. A witness that does not verify, or of another chain, is told and not kept.
    func take(_ header: String?) async {
        guard let header else { return }
        do throws(Fault) {
            guard header.utf8.count <= Self.limit, let bytes = Base64URL.decode(header),
                let witness = try? JSONDecoder().decode(AuditWitness.self, from: Data(bytes))
            else { throw Fault(.syncEnvelopeInvalid, "the audit witness can't be read") }
            try await store.keep(witness, verifiedBy: key)
        } catch {
            onFault(error)
        }
    }
}
