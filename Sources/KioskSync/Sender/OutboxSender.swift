import KioskModel
import KioskPlatform
import KioskStore

/// Takes what the outbox holds to the platform, oldest first, until the platform has acknowledged it.
///
/// Messages of one visit keep their order; a message that meets trouble by itself lets those of other visits pass.
/// Waits are on the monotonic clock. Nothing is lost by stopping at any point: what was not acknowledged is sent
/// again, and sending twice changes nothing on the platform.
public actor OutboxSender {
    private let store: Store
    private let client: any PlatformClient
    private let clock: any KioskClock
    private let pace: Pace
    private let onEvent: @Sendable (SyncEvent) -> Void

    public private(set) var status = SyncStatus()
    private var running = false
    private var hurried = false
    private var wake: AsyncStream<Void>.Continuation?
    /// When a message that met trouble is due again, in nanoseconds of the monotonic clock.
    private var deferred: [String: UInt64] = [:]
    private var doubts: [String: Int] = [:]

    /// Messages that wait for themselves beyond which the platform is taken to be in trouble.
    private static let mostDeferred = 100
    /// Messages that are in memory at once.
    private static let page = 4

    public init(
        store: Store, client: any PlatformClient, clock: any KioskClock, pace: Pace = Pace(),
        onEvent: @escaping @Sendable (SyncEvent) -> Void = { _ in }
    ) {
        self.store = store
        self.client = client
        self.clock = clock
        self.pace = pace
        self.onEvent = onEvent
    }

    /// Sends until the task is cancelled; a second call while one runs returns at once.
    public func run() async {
        guard !running else { return }
        running = true
        defer { running = false }
        let (ticks, tick) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wake = tick
        let changes = store.outboxChanges
        let forwarder = Task { for await _ in changes { tick.yield() } }
        defer { forwarder.cancel() }
        var iterator = ticks.makeAsyncIterator()
        while !Task.isCancelled {
            hurried = false
            let pause = await drain()
            await rest(pause, &iterator)
        }
    }

    /// Tries everything that waits now, whatever pause was set.
    public func sendNow() {
        hurried = true
        deferred = [:]
        wake?.yield()
    }

    // MARK: Waiting

    private struct Pause {
        let until: UInt64
        /// Whether something new in the queue ends it.
        let endsOnNews: Bool
    }

    private func rest(_ pause: Pause, _ ticks: inout AsyncStream<Void>.Iterator) async {
        while !Task.isCancelled, !hurried {
            let now = clock.stamp().monotonic
            guard now < pause.until else { return }
            let timer = Task { [clock, wake] in
                try? await clock.sleep(for: .nanoseconds(Int64(clamping: pause.until - now)))
                if !Task.isCancelled { wake?.yield() }
            }
            _ = await ticks.next(isolation: self)
            timer.cancel()
            if pause.endsOnNews { return }
        }
    }

    private func pause(_ duration: Duration, endsOnNews: Bool) -> Pause {
        let (sum, overflow) = clock.stamp().monotonic.addingReportingOverflow(duration.nanoseconds)
        return Pause(until: overflow ? .max : sum, endsOnNews: endsOnNews)
    }

    // MARK: Sending

    private enum Step {
        /// This message has left the queue.
        case gone
        /// It stays; later messages of its visit wait for it.
        case kept
        /// Nothing passes now.
        case stop(Pause)
    }

    /// Goes through the queue once, in pages, and returns how long to rest.
    private func drain() async -> Pause {
        var cursor: Int64 = 0
        var waiting: Set<VisitID> = []
        var troubles = 0
        var held: [String: UInt64] = [:]
        var leftBehind = false
        while !Task.isCancelled {
            let page: [PendingItem]
            do throws(Fault) {
                page = try await store.pendingOutbox(after: cursor, limit: Self.page)
            } catch {
                return failed(error, retryAfter: nil)
            }
            if page.isEmpty { break }
            status.state = .sending
            for pending in page {
                guard !Task.isCancelled else { return pause(.zero, endsOnNews: true) }
                cursor = pending.sequence
                switch await send(pending, waiting: waiting, &troubles) {
                case .gone: break
                case .kept:
                    leftBehind = true
                    if let visit = pending.visit { waiting.insert(visit) }
                    held[pending.id] = deferred[pending.id]
                case .stop(let pause): return pause
                }
            }
        }
        status.state = leftBehind ? .waiting : .idle
        // Whatever has left the queue by another way waits for nothing.
        deferred = held
        let poll = pause(pace.idlePoll, endsOnNews: true)
        return Pause(until: min(poll.until, held.values.min() ?? poll.until), endsOnNews: true)
    }

    private func send(_ pending: PendingItem, waiting: Set<VisitID>, _ troubles: inout Int) async -> Step {
        switch pending {
        case .damaged(let id, _, let visit, let fault):
            return await setAside(id, visit, fault)
        case .ready(let entry):
            if let visit = entry.item.visit, waiting.contains(visit) { return .kept }
            if let due = deferred[entry.item.id], clock.stamp().monotonic < due { return .kept }
            let delivery = await client.deliver(entry.item)
            // Cut short by our own stop: that says nothing of the platform.
            if Task.isCancelled, delivery != .acknowledged { return .kept }
            let step = await settle(entry, delivery)
            if case .troubled = delivery { troubles += 1 } else { troubles = 0 }
            guard case .troubled(let fault) = delivery,
                troubles >= pace.troublesInARow || deferred.count > Self.mostDeferred
            else { return step }
            deferred = [:]
            return .stop(failed(fault, retryAfter: nil))
        }
    }

    private func settle(_ entry: OutboxEntry, _ delivery: Delivery) async -> Step {
        let item = entry.item
        do throws(Fault) {
            switch delivery {
            case .acknowledged:
                try await store.markAcknowledged(item.id)
                forget(item.id)
                status.failures = 0
                status.lastFault = nil
                status.lastAcknowledged = clock.stamp()
                onEvent(.acknowledged(item: item.id, visit: item.visit))
                return .gone
            case .refused(let fault):
                return await setAside(item.id, item.visit, fault)
            case .doubtful(let fault):
                doubts[item.id, default: 0] += 1
                if doubts[item.id, default: 0] >= pace.doubtfulTries {
                    return await setAside(item.id, item.visit, fault)
                }
                return try await putOff(entry, fault)
            case .troubled(let fault):
                return try await putOff(entry, fault)
            case .unavailable(let fault, let retryAfter):
                try await store.markFailed(item.id, fault)
                return .stop(failed(fault, retryAfter: retryAfter))
            }
        } catch {
            return .stop(failed(error, retryAfter: nil))
        }
    }

    private func putOff(_ entry: OutboxEntry, _ fault: Fault) async throws(Fault) -> Step {
        try await store.markFailed(entry.item.id, fault)
        let delay = pace.delay(after: entry.attempts + 1)
        deferred[entry.item.id] = pause(delay, endsOnNews: true).until
        status.lastFault = fault
        onEvent(.failed(fault))
        return .kept
    }

    private func setAside(_ id: String, _ visit: VisitID?, _ fault: Fault) async -> Step {
        do throws(Fault) {
            try await store.quarantine(id, fault)
        } catch {
            return .stop(failed(error, retryAfter: nil))
        }
        forget(id)
        status.lastFault = fault
        onEvent(.quarantined(item: id, visit: visit, fault: fault))
        return .gone
    }

    private func failed(_ fault: Fault, retryAfter: Duration?) -> Pause {
        status.state = .waiting
        status.failures += 1
        status.lastFault = fault
        onEvent(.failed(fault))
        let delay = pace.delay(after: status.failures)
        return pause(max(delay, retryAfter ?? .zero), endsOnNews: false)
    }

    private func forget(_ id: String) {
        deferred[id] = nil
        doubts[id] = nil
    }
}

extension Duration {
    /// Whole nanoseconds; none for a negative duration.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole &+ UInt64(attoseconds / 1_000_000_000)
    }
}
