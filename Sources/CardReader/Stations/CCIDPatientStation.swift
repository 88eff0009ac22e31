import KioskModel
import USBTransport

/// The patient's card reader, driven as CCID over USB; it finds its reader again after a replug.
public actor CCIDPatientStation: PatientCardStation {
    private let link: CCIDLink
    private let times: WatchTimes
    private var presence = CardPresence()
    private var subscribers: [Int: AsyncStream<CardEvent>.Continuation] = [:]
    private var nextSubscriber = 0
    private var watch: Task<Void, Never>?
    private var closed = false

    public init(binding: USBRoleBinding) {
        self.init(binding: binding, timeouts: CCIDTimeouts(), times: WatchTimes())
    }

    init(binding: USBRoleBinding, timeouts: CCIDTimeouts, times: WatchTimes = WatchTimes()) {
        link = CCIDLink(binding: binding, timeouts: timeouts)
        self.times = times
    }

    /// Card and reader events; a new stream begins with how things stand, as far as that is known.
    ///
    /// A lost reader takes its card with it: `removed`, `readerLost`; after a replug `readerReady`, `inserted`.
    public func events() async -> AsyncStream<CardEvent> {
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
        if watch == nil { watch = Task { [weak self] in await self?.keepWatch() } }
        return stream
    }

    /// Reads the identity and powers the card off.
    ///
    /// Throws `cardAbsent`, `cardRemoved`, `cardMute`, `cardWrongKind`, `cardDataInvalid`, or the reader's trouble.
    public func read() async throws(Fault) -> PatientIdentity {
        await link.gate.enter()
        defer { link.gate.leave() }
        let (reader, state) = try await link.reader()
        guard state != .absent else { throw Fault(.cardAbsent, device: link.role) }
        do {
            _ = try await reader.powerOn()
            let identity = try await SocialSecurityCard.read(CardChannel(reader: reader))
            await link.end(reader)
            await link.worked()
            return identity
        } catch {
            await link.end(reader, after: error)
            throw Fault(error.code, error.detail, device: link.role)
        }
    }

    public func status() async -> DeviceStatus { await link.status() }

    public func shutdown() async {
        closed = true
        watch?.cancel()
        await link.shutdown()
        await watch?.value
        subscribers.values.forEach { $0.finish() }
        subscribers = [:]
    }

    private func unsubscribe(_ number: Int) { subscribers[number] = nil }

    private func tell(_ events: [CardEvent]) {
        for event in events { subscribers.values.forEach { $0.yield(event) } }
    }

    private func keepWatch() async {
        var watched: CCIDReader?
        // The first notification after opening tells what was so before.
        var isFirst = true
        var replaced = false
        while !closed, !Task.isCancelled {
            do {
                let (reader, state) = try await look()
                if let watched, watched !== reader {
                    tell(presence.lost(Fault(.usbDisconnected, device: link.role)))
                }
                if watched !== reader { (isFirst, replaced) = (true, false) }
                watched = reader
                tell(presence.found(present: state != .absent, replaced: replaced))
                replaced = false
                if reader.notifies {
                    if let change = try await reader.slotChange(within: times.notification) {
                        replaced = change.changed && !isFirst
                        isFirst = false
                    }
                    try? await Task.sleep(for: times.settle)
                } else {
                    try? await Task.sleep(for: times.poll)
                }
            } catch {
                guard !closed, !Task.isCancelled else { return }
                tell(presence.lost(error))
                if let lost = watched { await letGo(lost, error) }
                watched = nil
                let pause = error.code.entry.retryable ? times.retry : times.hopelessRetry
                try? await Task.sleep(for: pause)
            }
        }
    }

    private func look() async throws(Fault) -> (CCIDReader, CCIDReply.CardState) {
        await link.gate.enter()
        defer { link.gate.leave() }
        return try await link.reader()
    }

    private func letGo(_ reader: CCIDReader, _ fault: Fault) async {
        await link.gate.enter()
        defer { link.gate.leave() }
        await link.end(reader, after: fault)
    }
}
