import KioskModel
import KioskStore

/// Where records went from one moment on and who said so, as the store and its audit chain keep it.
struct AddressRecord: Codable, Sendable, Hashable {
    /// A record of each change: the address's file beside the store says only what counts now.
    static let kind = RecordKind.agentState
    static let state = "platform-address"

    let url: String?
    /// As in `PlatformAddress`.
    let by: String
    let at: Stamp

    /// Keeps the address that counts now, unless the last record says the same. What was ordered while kioskd was down, or
    /// written into the configuration, comes into the chain with the start that follows.
    static func keep(_ address: PlatformAddress, in store: Store, at now: Stamp) async throws(Fault) {
        let last = try await store.list(Self.self, kind: kind, states: [state], limit: 1).records.first?.value
        guard last?.url != address.url || last?.by != address.by else { return }
        guard last != nil || address.url != nil else { return }
        var change = StoreChange()
        let record = AddressRecord(url: address.url, by: address.by, at: now)
        try change.put(record, kind: kind, id: "\(state)/\(UUIDv7.make())", state: state)
        try await store.commit(change)
    }
}
