import KioskModel

extension Agent {
    /// Settles what the last run left open: the devices are asked, nothing is repeated.
    func recover() async {
        do throws(Fault) {
            try await requireFilling()
        } catch {
            report(error)
        }
        do throws(Fault) {
            try await acknowledgeEnded()
            try await settleActs()
            guard var visit = try await openVisit() else {
                say(Self.invitation(parts))
                return
            }
            logger.notice("visit \(visit.id) was \(visit.state.rawValue) when the agent stopped")
            var transactions = try await transactions(of: visit.id)
            if transactions.contains(where: \.isOpenQuestion) {
                try await recoverDispense(&visit, &transactions)
            }
            if let job = try await printJob(of: visit.id), case .sending = job.state {
                try await recoverPrint(&visit, job)
            }
            say(nextPrompt(for: visit), visit: visit.id)
        } catch {
            report(error)
        }
    }

    /// A cut may have come between storing an outcome and telling the controller so.
    private func acknowledgeEnded() async throws(Fault) {
        let last = try await store.values(DispenseTransaction.self, kind: .dispense, limit: Self.controllerHolds)
        for order in last {
            // A controller that does not answer must not keep the kiosk from starting.
            guard try await release(order) != .unanswered else { return }
        }
    }

    /// Ends what the controller still holds for an order.
    ///
    /// The order of a visit that ended as unknown is asked once more: what the journal knows is kept and told to the
    /// platform, and the controller's place is free again. Orders of the open visit are asked where that visit is settled.
    private func release(_ order: DispenseTransaction) async throws(Fault) -> Acknowledgement {
        guard order.isOpenQuestion else { return await acknowledge(order) }
        let visit = try await requireVisit(order.visit)
        guard visit.state.isEnded else { return .taken }
        guard let (outcome, _) = try? await askController(about: order.number) else { return .unanswered }
        guard outcome != .unknown else { return .taken }
        var told = order
        told.state = .ended(outcome)
        var change = AgentChange()
        change.transaction = told
        change.stock = try await stockChanges(after: told)
        change.bundle = try await correction(of: visit, told)
        try await commit(change)
        return await acknowledge(told)
    }

    /// Outcomes that a controller holds at the most.
    private static let controllerHolds = 32

    private func recoverDispense(
        _ visit: inout Visit, _ transactions: inout [DispenseTransaction]
    ) async throws(Fault) {
        do throws(Fault) {
            try await askOpenQuestions(&visit, &transactions)
            visit.fault = Fault(.visitInterrupted, "dispense outcomes were asked of the controller")
            try await commit(AgentChange(visit: visit))
        } catch {
            // The cabinet may come later: the next `dispense` asks again before it does anything.
            try await keep(error, on: &visit)
        }
    }

    /// A slip cut off in the middle may be on paper or not: a person looks.
    func recoverPrint(_ visit: inout Visit, _ job: PrintJob) async throws(Fault) {
        var unknown = job
        let fault = Fault(.printerUnknown, "cut off while printing", device: "printer")
        unknown.state = .unknown(fault)
        unknown.endedAt = clock.stamp()
        visit.state = .needsPerson
        visit.fault = fault
        var change = AgentChange(visit: visit)
        change.printJob = unknown
        try await commit(change)
        report(fault, visit: visit.id)
    }

    /// Keeps a trouble with the visit, so that whoever looks next sees it.
    func keep(_ fault: Fault, on visit: inout Visit) async throws(Fault) {
        visit.fault = fault
        report(fault, visit: visit.id)
        say(nextPrompt(for: visit), visit: visit.id)
        try await commit(AgentChange(visit: visit))
    }
}
