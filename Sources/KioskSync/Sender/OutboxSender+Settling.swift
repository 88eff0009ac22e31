import KioskModel
import KioskStore

extension OutboxSender {
    /// Stores what became of each message of a request; a pause where nothing passes any more.
    func settle(
        _ part: [OutboxEntry], _ deliveries: [Delivery], _ parts: inout [[OutboxEntry]], _ pass: inout Pass
    ) async throws(Fault) -> Pause? {
        try await acknowledge(zip(part, deliveries).filter { $0.1 == .acknowledged }.map(\.0), alone: part.count == 1)
        var alone: [OutboxEntry] = []
        for (entry, delivery) in zip(part, deliveries) where delivery != .acknowledged {
            if part.count > 1, delivery.isVerdict {
                alone.append(entry)
            } else if let pause = try await settle(entry, delivery, &pass) {
                return pause
            }
        }
        if deliveries.contains(.acknowledged) { pass.troubles = 0 }
        if !alone.isEmpty {
            suspects = deliveries.contains(.acknowledged) ? [] : Set(alone.map(\.item.id))
            parts += alone.reversed().map { [$0] }
        }
        return nil
    }

    private func acknowledge(_ entries: [OutboxEntry], alone: Bool) async throws(Fault) {
        guard !entries.isEmpty else { return }
        let records = entries.filter { !$0.isTelemetry }
        if !records.isEmpty { try await store.markAcknowledged(records.map(\.item.id)) }
        for entry in entries where entry.isTelemetry { try await store.removeTelemetry(entry.item.id) }
        for entry in records { trust.took(entry.item.id) }
        status.lastAcknowledged = clock.stamp()
        // Whoever refuses records and takes state reports is doubted still.
        if !trust.isDoubted {
            status.failures = 0
            status.breaker = .closed
            status.lastFault = nil
            probed = []
        }
        for entry in entries {
            forget(entry.item.id)
            onEvent(.acknowledged(item: entry.item.id, visit: entry.item.visit))
            if alone, suspects.remove(entry.item.id) != nil, suspects.isEmpty { limit.turnOff() }
        }
    }

    /// One message that was not acknowledged.
    private func settle(_ entry: OutboxEntry, _ delivery: Delivery, _ pass: inout Pass) async throws(Fault) -> Pause? {
        let item = entry.item
        if entry.isTelemetry, delivery.isVerdict {
            // A state report that nobody takes is worth nothing tomorrow, and says nothing of who takes records.
            suspects = []
            try await store.removeTelemetry(item.id)
            forget(item.id)
            return nil
        }
        switch delivery {
        case .acknowledged: return nil
        case .refused(let fault):
            suspects = []
            pass.troubles = 0
            guard trust.believes(refusalOf: item.id) else { return try await doubt(item.id, fault) }
            try await setAside(item.id, item.kind, item.visit, fault)
        case .doubtful(let fault):
            suspects = []
            pass.troubles = 0
            guard trust.believes(refusalOf: item.id) else { return try await doubt(item.id, fault) }
            doubts[item.id, default: 0] += 1
            if doubts[item.id, default: 0] >= pace.doubtfulTries {
                try await setAside(item.id, item.kind, item.visit, fault)
            } else {
                try await putOff(entry, fault, &pass)
            }
        case .troubled(let fault): return try await trouble(entry, fault, &pass)
        case .interrupted(let fault):
            if entry.isTelemetry || entry.attempts + 1 >= pace.interruptedTries {
                return try await trouble(entry, fault, &pass)
            }
            try await store.markFailed(item.id, fault)
            return failed(fault, retryAfter: nil)
        case .unavailable(let fault, let retryAfter):
            try await store.markFailed(item.id, fault)
            probedInVain(item.id)
            return failed(fault, retryAfter: retryAfter)
        }
        return nil
    }

    /// Nothing that this answerer says of a message counts: all that it refused in a row waits again, and one message at a
    /// time finds out who answers.
    private func doubt(_ id: String, _ fault: Fault) async throws(Fault) -> Pause {
        let isNew = trust.run.count <= pace.refusalsInARow
        let doubt = Fault(.syncAnswererDoubted, "\(trust.run.count) records in a row, the last: \(fault.detail)")
        let waiting = isNew ? trust.run.sorted() : [id]
        try await store.requeue(waiting, after: doubt)
        for id in waiting {
            forget(id)
            probedInVain(id)
        }
        return failed(doubt, retryAfter: nil)
    }

    /// From now on another answers: what the former said against messages since it last took one counts for nothing,
    /// nor does what it is still to say.
    func answererChanged() async {
        let refused = trust.run.sorted()
        answerer &+= 1
        trust = AnswererTrust(most: pace.refusalsInARow)
        deferred = [:]
        doubts = [:]
        probed = []
        suspects = []
        limit.probe()
        do throws(Fault) {
            try await store.requeue(refused, after: nil)
        } catch {
            status.lastFault = error
            onEvent(.failed(error))
        }
    }

    private func probedInVain(_ id: String) {
        guard status.breaker == .halfOpen || trust.isDoubted else { return }
        if probed.count >= Self.mostDeferred { probed = [] }
        probed.insert(id)
    }

    /// Lets others pass; too many such messages in a row, and it is the platform that has the trouble.
    private func trouble(_ entry: OutboxEntry, _ fault: Fault, _ pass: inout Pass) async throws(Fault) -> Pause? {
        try await putOff(entry, fault, &pass)
        pass.troubles += 1
        guard pass.troubles >= pace.troublesInARow || deferred.count > Self.mostDeferred else { return nil }
        deferred = [:]
        return failed(fault, retryAfter: nil)
    }

    private func putOff(_ entry: OutboxEntry, _ fault: Fault, _ pass: inout Pass) async throws(Fault) {
        try await store.markFailed(entry.item.id, fault)
        // Of a state report nobody counts how often it failed, and a newer one takes its place.
        let delay = entry.isTelemetry ? pace.jitter(pace.longestDelay) : pace.delay(after: entry.attempts + 1)
        deferred[entry.item.id] = pause(delay, endsOnNews: true).until
        keep(entry.item.id, entry.item.visit, &pass)
        status.lastFault = fault
        onEvent(.failed(fault))
    }

    func setAside(_ id: String, _ kind: String, _ visit: VisitID?, _ fault: Fault) async throws(Fault) {
        try await store.quarantine(id, fault)
        forget(id)
        status.lastFault = fault
        onEvent(.quarantined(item: id, kind: kind, visit: visit, fault: fault))
    }

    /// Opens the breaker: nothing is sent until the pause has ended.
    func failed(_ fault: Fault, retryAfter: Duration?) -> Pause {
        status.state = .waiting
        status.breaker = .open
        status.failures += 1
        status.lastFault = fault
        onEvent(.failed(fault))
        let delay = pace.delay(after: status.failures)
        let pause = pause(max(delay, retryAfter ?? .zero), endsOnNews: false)
        status.retryAt = pause.until
        return pause
    }

    private func forget(_ id: String) {
        deferred[id] = nil
        doubts[id] = nil
    }
}

extension OutboxEntry {
    var isTelemetry: Bool { item.priority == .telemetry }
}

extension Delivery {
    /// Whether it judges the message itself.
    fileprivate var isVerdict: Bool {
        switch self {
        case .refused, .doubtful: true
        case .acknowledged, .troubled, .interrupted, .unavailable: false
        }
    }
}
