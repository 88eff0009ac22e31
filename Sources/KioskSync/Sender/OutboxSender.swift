import KioskModel
import KioskPlatform
import KioskStore

/// Takes what the outbox holds to the platform, the most urgent first, until the platform has acknowledged it.
///
/// Messages of one visit keep their order; a message that meets trouble by itself lets those of other visits pass.
/// Waits are on the monotonic clock. Nothing is lost by stopping at any point: what was not acknowledged is sent
/// again, and sending twice changes nothing on the platform. A message is only kept aside for what the platform said
/// of it alone: a batch that is refused is taken apart until the one that is to blame stands by itself.
public actor OutboxSender {
    let store: Store
    private let client: any PlatformClient
    let clock: any KioskClock
    let pace: Pace
    let onEvent: @Sendable (SyncEvent) -> Void
    /// Asked before a pass: what has to come first, or why nothing can pass now.
    private let prepare: @Sendable (_ isProbe: Bool) async -> Fault?

    public internal(set) var status = SyncStatus()
    private var running = false
    private var hurried = false
    private var wake: AsyncStream<Void>.Continuation?
    /// When a message that met trouble is due again, in nanoseconds of the monotonic clock.
    var deferred: [String: UInt64] = [:]
    var doubts: [String: Int] = [:]
    var limit: BatchLimit
    /// Messages that a batch did not get through; where all of them pass alone, it is batches that don't.
    var suspects: Set<String> = []
    var trust: AnswererTrust
    /// Counts who was sent to, one after the other.
    var answerer = 0
    /// Messages that a probe could not get through while nothing passed: the next probe takes another, as one message may
    /// be what the platform answers so to.
    var probed: Set<String> = []

    /// Messages that wait for themselves beyond which the platform is taken to be in trouble.
    static let mostDeferred = 100

    public init(
        store: Store, client: any PlatformClient, clock: any KioskClock, pace: Pace = Pace(),
        onEvent: @escaping @Sendable (SyncEvent) -> Void = { _ in },
        prepare: @escaping @Sendable (_ isProbe: Bool) async -> Fault? = { _ in nil }
    ) {
        self.store = store
        self.client = client
        self.clock = clock
        self.pace = pace
        self.prepare = prepare
        self.onEvent = onEvent
        limit = BatchLimit(most: pace.mostInBatch, time: pace.batchTime)
        trust = AnswererTrust(most: pace.refusalsInARow)
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
            status.retryAt = nil
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

    struct Pause {
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

    func pause(_ duration: Duration, endsOnNews: Bool) -> Pause {
        let (sum, overflow) = clock.stamp().monotonic.addingReportingOverflow(duration.nanoseconds)
        return Pause(until: overflow ? .max : sum, endsOnNews: endsOnNews)
    }

    // MARK: Sending

    /// What one way through the queue has met.
    struct Pass {
        /// Visits of which an earlier message stays.
        var waiting: Set<VisitID> = []
        var troubles = 0
        var held: [String: UInt64] = [:]
        var leftBehind = false
        /// Whether a message was left out for having been probed with.
        var passedOver = false
    }

    /// Goes through the queue once and returns how long to rest.
    private func drain() async -> Pause {
        if status.failures > 0 {
            limit.probe()
            status.breaker = .halfOpen
        }
        if let fault = await prepare(status.breaker == .halfOpen) {
            return Task.isCancelled ? pause(.zero, endsOnNews: true) : failed(fault, retryAfter: nil)
        }
        var cursor = OutboxCursor(store: store, clock: clock, ageing: pace.ageing)
        var pass = Pass()
        while !Task.isCancelled {
            do throws(Fault) {
                guard let batch = try await nextBatch(&cursor, &pass) else {
                    guard pass.passedOver else { break }
                    // Each has had its turn: from the front again.
                    probed = []
                    pass = Pass()
                    cursor = OutboxCursor(store: store, clock: clock, ageing: pace.ageing)
                    continue
                }
                status.state = .sending
                if let pause = try await send(batch, &pass) { return pause }
            } catch {
                return failed(error, retryAfter: nil)
            }
        }
        if let damage = cursor.damage, !Task.isCancelled { return failed(damage, retryAfter: nil) }
        status.state = pass.leftBehind ? .waiting : .idle
        // Whatever has left the queue by another way waits for nothing.
        deferred = pass.held
        let poll = pause(pace.idlePoll, endsOnNews: true)
        return Pause(until: min(poll.until, pass.held.values.min() ?? poll.until), endsOnNews: true)
    }

    /// The messages of the next request; nil at the end of the queue.
    private func nextBatch(_ cursor: inout OutboxCursor, _ pass: inout Pass) async throws(Fault) -> [PendingItem]? {
        cursor.lookAgain()
        var heads: [OutboxHead] = []
        var visits: Set<VisitID> = []
        var bytes = 0
        while heads.count < limit.current, let head = try await cursor.peek() {
            // Of a visit's messages some may be where the store can't be read: none passes before those.
            if head.visit != nil, cursor.hidesRecords { keep(head.id, head.visit, &pass) }
            if isBlocked(head, &pass) {
                cursor.drop()
                continue
            }
            // A batch has no order within itself.
            if let visit = head.visit, !visits.insert(visit).inserted { break }
            if !heads.isEmpty, bytes + head.size > pace.batchBytes { break }
            bytes += head.size
            heads.append(head)
            cursor.drop()
        }
        guard !heads.isEmpty else { return nil }
        let records = heads.filter { $0.priority != .telemetry }.map(\.id)
        let items = records.isEmpty ? [] : try await store.outboxEntries(records)
        guard records.count < heads.count else { return items }
        let reports = Set(heads.map(\.id)).subtracting(records)
        return items + (try await store.telemetry()).filter { reports.contains($0.item.id) }.map(PendingItem.ready)
    }

    private func isBlocked(_ head: OutboxHead, _ pass: inout Pass) -> Bool {
        if let visit = head.visit, pass.waiting.contains(visit) {
            pass.leftBehind = true
            return true
        }
        if status.breaker == .halfOpen, probed.contains(head.id) {
            pass.passedOver = true
            keep(head.id, head.visit, &pass)
            return true
        }
        guard let due = deferred[head.id], clock.stamp().monotonic < due else {
            // A person's hold is no trouble that anything waits for, but its visit's messages do.
            if head.isHeld, let visit = head.visit { pass.waiting.insert(visit) }
            return head.isHeld
        }
        keep(head.id, head.visit, &pass)
        return true
    }

    func keep(_ id: String, _ visit: VisitID?, _ pass: inout Pass) {
        pass.leftBehind = true
        if let visit { pass.waiting.insert(visit) }
        pass.held[id] = deferred[id]
    }

    /// Sends one batch, in parts where it is not taken whole; a pause where nothing passes any more.
    private func send(_ batch: [PendingItem], _ pass: inout Pass) async throws(Fault) -> Pause? {
        var ready: [OutboxEntry] = []
        for pending in batch {
            switch pending {
            case .ready(let entry): ready.append(entry)
            case .damaged(let id, _, let visit, let fault):
                try await setAside(id, "damaged", visit, fault)
            }
        }
        var parts = ready.isEmpty ? [] : [ready]
        while let part = parts.popLast() {
            guard !Task.isCancelled else { return pause(.zero, endsOnNews: true) }
            let began = clock.stamp().monotonic
            let asked = answerer
            let answer = await client.deliver(part.map(\.item))
            // Cut short by our own stop, or said by one who was left meanwhile: that says nothing of the platform.
            let isVoid = Task.isCancelled || answerer != asked
            let took = Duration.nanoseconds(Int64(clamping: clock.stamp().monotonic &- began))
            switch answer {
            case .each(let deliveries):
                if isVoid, !deliveries.contains(.acknowledged) { return pause(.zero, endsOnNews: true) }
                limit.went(well: deliveries.allSatisfy { $0 == .acknowledged }, in: took)
                if let pause = try await settle(part, deliveries, &parts, &pass) { return pause }
            case .whole(let delivery):
                if isVoid { return pause(.zero, endsOnNews: true) }
                limit.went(well: false, in: took)
                if let pause = try await divide(part, delivery, &parts, &pass) { return pause }
            }
            status.batch = limit.current
            status.takesBatches = !limit.isOff
        }
        return nil
    }

    /// A batch that did not pass as a whole goes again in halves.
    private func divide(
        _ part: [OutboxEntry], _ delivery: Delivery, _ parts: inout [[OutboxEntry]], _ pass: inout Pass
    ) async throws(Fault) -> Pause? {
        switch delivery {
        case .acknowledged: return nil
        case .unavailable(let fault, let retryAfter):
            try await store.markFailed(part.map(\.item.id), fault)
            return failed(fault, retryAfter: retryAfter)
        case .interrupted(let fault):
            // The probe that follows holds one message: whichever breaks the connection is found out there.
            try await store.markFailed(part.map(\.item.id), fault)
            return failed(fault, retryAfter: nil)
        case .troubled(let fault):
            pass.troubles += 1
            if pass.troubles >= pace.troublesInARow { return failed(fault, retryAfter: nil) }
        case .refused, .doubtful:
            if part.count == 2 { suspects = Set(part.map(\.item.id)) }
        }
        let middle = (part.count + 1) / 2
        parts += [Array(part[middle...]), Array(part[..<middle])]
        return nil
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
