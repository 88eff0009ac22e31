import KioskModel

/// Watches one card slot and tells subscribers what changes there; how a reader is looked at, its station says.
///
/// A lost reader takes its card with it: `removed`, `readerLost`; when it is back, `readerReady`, `inserted`.
actor CardWatch<Reader: Sendable> {
    /// What a station knows of its reader.
    struct Source: Sendable {
        /// Opens the reader where it is not open, and looks into its slot.
        ///
        /// `id` is the reader object's own: a reader that was opened anew is another one.
        let look: @Sendable () async throws(Fault) -> (reader: Reader, id: ObjectIdentifier, isPresent: Bool)
        /// Waits until another look is due, after so many looks in a row without a card. True where the reader tells of a change, false where it tells of none,
        /// nil where it told nothing.
        let wait: @Sendable (Reader, _ misses: Int) async throws(Fault) -> Bool?
        /// Whether a trouble is the reader's own; what is wrong with a card leaves it where it is.
        let isOfReader: @Sendable (Fault) -> Bool
        /// Lets the reader go after its own trouble.
        let letGo: @Sendable (Reader, Fault) async -> Void
    }

    private let role: String
    private let times: WatchTimes
    private let source: Source
    /// Looks in a row without a card, after which it counts as taken away: one that is moved may be missed once.
    private let patience: Int
    private var presence = CardPresence()
    private var subscribers: [Int: AsyncStream<CardEvent>.Continuation] = [:]
    private var nextSubscriber = 0
    private var watching: Task<Void, Never>?
    private var closed = false

    init(role: String, times: WatchTimes, patience: Int = 1, source: Source) {
        self.role = role
        self.times = times
        self.patience = patience
        self.source = source
    }

    /// A stream that begins with how things stand, as far as that is known; the first starts the watch.
    func events() -> AsyncStream<CardEvent> {
        // A consumer that sleeps through 64 events is served by the newest.
        let (stream, continuation) = AsyncStream.makeStream(of: CardEvent.self, bufferingPolicy: .bufferingNewest(64))
        guard !closed else {
            continuation.finish()
            return stream
        }
        let number = nextSubscriber
        nextSubscriber += 1
        subscribers[number] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.unsubscribe(number) } }
        presence.current.forEach { continuation.yield($0) }
        if watching == nil { watching = Task { [weak self] in await self?.keepWatch() } }
        return stream
    }

    /// Ends the watch; its streams end with `finish`, once the reader is let go.
    func close() {
        closed = true
        watching?.cancel()
    }

    func finish() async {
        close()
        await watching?.value
        subscribers.values.forEach { $0.finish() }
        subscribers = [:]
    }

    private func unsubscribe(_ number: Int) { subscribers[number] = nil }

    private func tell(_ events: [CardEvent]) {
        for event in events { subscribers.values.forEach { $0.yield(event) } }
    }

    private func keepWatch() async {
        var watched: (reader: Reader, id: ObjectIdentifier)?
        var misses = 0
        // The first notification after opening tells what was so before.
        var wasNotified = false
        var isReplaced = false
        while !closed, !Task.isCancelled {
            do throws(Fault) {
                let (reader, id, isPresent) = try await source.look()
                if let watched, watched.id != id { tell(presence.lost(Fault(.usbDisconnected, device: role))) }
                if watched?.id != id { (misses, wasNotified, isReplaced) = (0, false, false) }
                watched = (reader, id)
                misses = isPresent ? 0 : misses + 1
                if isPresent || misses >= patience || !presence.isPresent {
                    tell(presence.found(present: isPresent, replaced: isReplaced))
                }
                isReplaced = false
                if let hasChanged = try await source.wait(reader, misses) {
                    isReplaced = hasChanged && wasNotified
                    wasNotified = true
                }
            } catch {
                guard !closed, !Task.isCancelled else { return }
                if source.isOfReader(error) {
                    tell(presence.lost(error))
                    if let watched { await source.letGo(watched.reader, error) }
                    watched = nil
                }
                try? await Task.sleep(for: error.code.entry.retryable ? times.retry : times.hopelessRetry)
            }
        }
    }
}
