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

    /// A person looked into the tray: what they saw stands, under their name.
    private func settleByHand(
        _ id: VisitID, _ number: UInt32, dropped: Bool, by person: String, answering token: IdempotencyToken
    ) async throws(Fault) -> StoredReply {
        guard !person.isEmpty, person.count <= 64 else { throw Fault(.apiMalformed, "by: 1 to 64 characters") }
        var visit = try await requireVisit(id)
        var transactions = try await transactions(of: id)
        guard let index = transactions.firstIndex(where: { $0.number == number }) else {
            throw Fault(.apiNotFound, "transaction \(number)")
        }
        guard !visit.state.isEnded, transactions[index].needsPerson || transactions[index].isOpenQuestion else {
            throw Fault(.visitWrongState, "transaction \(number) is settled")
        }
        try await askBeforeBelieving(index, of: &transactions, &visit)
        if dropped {
            transactions[index].state = .ended(.done)
        } else if transactions[index].isOpenQuestion {
            transactions[index].state = .ended(.noDrop)
        }
        transactions[index].resolvedBy = person
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
        throw Fault(
            .visitWrongState, "the controller itself says: \(known.rawValue); dispense again, or resolve that",
            device: "dispenser")
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
