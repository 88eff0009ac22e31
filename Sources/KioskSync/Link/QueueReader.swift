import KioskCrypto
import KioskModel
import KioskStore

/// Reads the queue for people: what a message is about, and whether every one of them can be read.
public struct QueueReader: Sendable {
    private let store: Store

    public init(store: Store) { self.store = store }

    /// Throws `apiNotFound`.
    public func message(_ id: String) async throws(Fault) -> QueueMessageView {
        guard let item = try await store.queueItem(id) else { throw Fault(.apiNotFound, "message \(id)") }
        guard case .ready(let entry)? = try await store.outboxMessage(id) else {
            return QueueMessageView(item: item, resources: [], digest: nil)
        }
        let resources = (try? SentEntry.of(entry.item.body)) ?? []
        return QueueMessageView(
            item: item, resources: resources.map { "\($0.type)/\($0.id)" }, digest: Hex.encode(entry.digest))
    }

    /// Opens every message that waits or was refused.
    public func check() async throws(Fault) -> QueueCheckView {
        var messages = 0
        var bytes = 0
        var damaged: [String] = []
        try await store.eachOutboxMessage { item in
            messages += 1
            switch item {
            case .damaged(let id, _, _, _): damaged.append(id)
            case .ready(let entry):
                bytes += entry.item.body.count
                if (try? SentEntry.of(entry.item.body)) == nil { damaged.append(entry.item.id) }
            }
        }
        return QueueCheckView(messages: messages, bytes: bytes, damaged: damaged)
    }

    /// How the way to the platform stands while kioskd is down.
    public func status(_ address: PlatformAddress) async throws(Fault) -> SyncStatusView {
        var view = SyncStatusView(state: "down", queue: try await store.queueSummary())
        view.platform = address.url
        view.addressedBy = address.url == nil ? nil : address.by
        view.held = try await store.heldMessages()
        view.lastFault = view.queue.lastFault.map(FaultView.init)
        return view
    }
}
