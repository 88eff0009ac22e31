import KioskModel
import KioskStore
import KioskSync

/// The queue and the way to the platform, for people.
extension Agent {
    public func message(_ id: String) async throws(Fault) -> QueueMessageView {
        try await QueueReader(store: store).message(id)
    }

    public func checkQueue() async throws(Fault) -> QueueCheckView { try await QueueReader(store: store).check() }

    public func syncStatus() async throws(Fault) -> SyncStatusView {
        guard let sync = parts.sync else {
            return SyncStatusView(state: "down", queue: try await store.queueSummary())
        }
        return try await sync.status()
    }

    public func diagnoseSync() async throws(Fault) -> SyncDiagnosisView {
        guard let sync = parts.sync else { throw Fault(.syncNoPlatform) }
        return await sync.diagnose()
    }

    public func retry(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await change(id, token) { store throws(Fault) in try await store.requeue(id) }
    }

    public func retryAll(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.store.requeueAll()
            return try await self.answer(try await self.syncStatus(), AgentChange(), token)
        }
    }

    public func hold(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await change(id, token) { store throws(Fault) in try await store.hold(id, true) }
    }

    public func release(message id: String, token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await change(id, token) { store throws(Fault) in try await store.hold(id, false) }
    }

    public func sendNow(token: IdempotencyToken) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            await self.parts.sync?.sendNow()
            return try await self.answer(try await self.syncStatus(), AgentChange(), token)
        }
    }

    public func readdress(
        _ url: String, by person: String, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            guard let sync = self.parts.sync else { throw Fault(.syncNoPlatform) }
            try await sync.readdress(url, by: person)
            let logger = await self.logger
            logger.notice("records go to \(url) from now on, by \(person)")
            return try await self.answer(try await self.syncStatus(), AgentChange(), token)
        }
    }

    private func change(
        _ id: String, _ token: IdempotencyToken, _ act: @escaping @Sendable (Store) async throws(Fault) -> Void
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await act(self.store)
            return try await self.answer(try await self.message(id), AgentChange(), token)
        }
    }
}
