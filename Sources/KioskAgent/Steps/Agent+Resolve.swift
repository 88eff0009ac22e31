import KioskModel

extension Agent {
    public func resolve(
        _ id: VisitID, transaction: UInt32, dropped: Bool, by person: String, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in
                try await self.settleByHand(id, transaction, dropped: dropped, by: person, answering: token)
            }
        }
    }

    public func resolvePrint(
        _ id: VisitID, printed: Bool, by person: String, token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        try await once(token) { () async throws(Fault) in
            try await self.holding(id) { () async throws(Fault) in
                try await self.settlePrint(id, printed: printed, by: person, answering: token)
            }
        }
    }

    /// A person looked into the tray: what they saw stands, under their name, also where the visit has ended since.
    private func settleByHand(
        _ id: VisitID, _ number: UInt32, dropped: Bool, by person: String, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        guard !person.isEmpty, person.count <= 64 else { throw Fault(.apiMalformed, "by: 1 to 64 characters") }
        var visit = try await requireVisit(id)
        var transactions = try await transactions(of: id)
        guard let index = transactions.firstIndex(where: { $0.number == number }) else {
            throw Fault(.apiNotFound, "transaction \(number)")
        }
        guard transactions[index].needsPerson || transactions[index].isOpenQuestion else {
            throw Fault(.visitWrongState, "transaction \(number) is settled")
        }
        guard !visit.state.isEnded else {
            return try await settleLateByHand(
                transactions[index], of: visit, dropped: dropped, by: person, answering: token)
        }
        try await askBeforeBelieving(index, of: &transactions, &visit)
        transactions[index].settle(dropped: dropped, by: person)
        transactions[index].endedAt = clock.stamp()
        if !transactions.contains(where: { $0.needsPerson || $0.isOpenQuestion }) {
            visit.state = .dispensing
            visit.fault = nil
        }
        var change = AgentChange(visit: visit)
        change.transaction = transactions[index]
        change.stock = try await stockChanges(after: transactions[index])
        let reply = try await answer(
            try await view(of: visit, prescription: nil, transactions: transactions, printJob: nil), change, token)
        await acknowledge(transactions[index])
        hub.emit("visit", visit: id, state: visit.state.rawValue)
        say(nextPrompt(for: visit), visit: id)
        return reply
    }

    /// The same for a box of a visit that has ended: the visit stays as it ended, and the platform's *unknown* is put
    /// right. Whoever is at the kiosk by now is not asked for anything.
    private func settleLateByHand(
        _ order: DispenseTransaction, of visit: Visit, dropped: Bool, by person: String,
        answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        if order.isOpenQuestion, let known = try? await askController(about: order.number).outcome, known != .unknown {
            try await settleLate(order, as: known, of: visit)
            throw Self.told(known, known.fault == nil ? "the visit has ended" : "resolve that")
        }
        var told = order
        told.settle(dropped: dropped, by: person)
        let view = try await view(
            of: visit, prescription: nil,
            transactions: try await transactions(of: visit.id).map { $0.number == told.number ? told : $0 },
            printJob: try await printJob(of: visit.id), sync: "pending")
        let reply = try await answer(view, try await lateChange(told, of: visit), token)
        await acknowledge(told)
        return reply
    }

    private static func told(_ outcome: DispenseOutcome, _ next: String) -> Fault {
        Fault(.visitWrongState, "the controller itself says: \(outcome.rawValue); \(next)", device: "dispenser")
    }

    /// The controller's journal goes before a person's word: where it can tell, its answer is kept, the visit goes on by
    /// it, and the word is refused.
    private func askBeforeBelieving(
        _ index: Int, of transactions: inout [DispenseTransaction], _ visit: inout Visit
    ) async throws(Fault) {
        let order = transactions[index]
        guard order.isOpenQuestion, let known = try? await askController(about: order.number).outcome,
            known != .unknown
        else { return }
        if !transactions.indices.contains(where: { $0 != index && transactions[$0].needsPerson }) {
            visit.fault = known.fault.map {
                Fault($0, "transaction \(order.number), slot \(order.slot)", device: "dispenser")
            }
        }
        try await settle(at: index, of: &transactions, as: known, &visit)
        hub.emit("visit", visit: visit.id, state: visit.state.rawValue)
        say(nextPrompt(for: visit), visit: visit.id)
        throw Self.told(known, "dispense again, or resolve that")
    }

    private func settlePrint(
        _ id: VisitID, printed: Bool, by person: String, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        guard !person.isEmpty, person.count <= 64 else { throw Fault(.apiMalformed, "by: 1 to 64 characters") }
        var visit = try await requireVisit(id)
        guard visit.state == .needsPerson, var job = try await printJob(of: id), case .unknown = job.state else {
            throw Fault(.visitWrongState, "no print is in question")
        }
        job.resolvedBy = person
        if printed {
            job.state = .confirmed
            return try await close(&visit, printJob: job, as: .closed, answering: token)
        }
        job.reprint += 1
        job.state = .queued
        visit.state = .printing
        visit.fault = nil
        var change = AgentChange(visit: visit)
        change.printJob = job
        let reply = try await answer(
            try await view(
                of: visit, prescription: nil, transactions: try await transactions(of: id), printJob: job),
            change, token)
        hub.emit("visit", visit: id, state: visit.state.rawValue)
        return reply
    }
}

extension DispenseTransaction {
    /// Ends it by what a person saw. A box that did not fall leaves the trouble that is known as it is.
    fileprivate mutating func settle(dropped: Bool, by person: String) {
        if dropped {
            state = .ended(.done)
        } else if isOpenQuestion {
            state = .ended(.noDrop)
        }
        resolvedBy = person
    }
}
