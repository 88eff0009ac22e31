import KioskModel
import KioskStore

extension Agent {
    /// Settles what the last run left open: the devices are asked, nothing is repeated.
    ///
    /// Each part for itself: one that meets a trouble, which may be there at every start, keeps no other from its own.
    func recover() async {
        await trying { () async throws(Fault) in try await requireFilling() }
        await trying { () async throws(Fault) in try await acknowledgeEnded() }
        await trying { () async throws(Fault) in try await settleActs() }
        await trying { () async throws(Fault) in try await settleOpenDispense() }
        await trying { () async throws(Fault) in try await settleOpenPrint() }
        await invite()
    }

    private func trying(_ part: () async throws(Fault) -> Void) async {
        do throws(Fault) {
            try await part()
        } catch {
            report(error)
        }
    }

    /// The values that open. What does not open is told of: what is settled here one by one goes on without it.
    func readable<Value>(_ page: RecordPage<Value>) -> [Value] {
        for fault in page.damaged { report(fault) }
        return page.records.map(\.value)
    }

    /// A cut may have come between storing an outcome and telling the controller so.
    private func acknowledgeEnded() async throws(Fault) {
        let last = try await store.list(DispenseTransaction.self, kind: .dispense, limit: Self.controllerHolds)
        for order in readable(last) {
            do throws(Fault) {
                // A controller that does not answer must not keep the kiosk from starting.
                guard try await release(order) != .unanswered else { return }
            } catch {
                report(error)
            }
        }
    }

    private func settleOpenDispense() async throws(Fault) {
        guard var visit = try await openVisit() else { return }
        logger.notice("visit \(visit.id) was \(visit.state.rawValue) when the agent stopped")
        var transactions = try await transactions(of: visit.id)
        guard transactions.contains(where: \.isOpenQuestion) else { return }
        try await recoverDispense(&visit, &transactions)
    }

    private func settleOpenPrint() async throws(Fault) {
        guard var visit = try await openVisit(), let job = try await printJob(of: visit.id), case .sending = job.state
        else { return }
        try await recoverPrint(&visit, job)
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
        return try await settleLate(order, as: outcome, of: visit)
    }

    /// Keeps what the controller told of a box after its visit's end, tells the platform, then frees its place.
    @discardableResult
    func settleLate(
        _ order: DispenseTransaction, as outcome: DispenseOutcome, of visit: Visit
    ) async throws(Fault) -> Acknowledgement {
        var told = order
        told.state = .ended(outcome)
        try await commit(try await lateChange(told, of: visit))
        return await acknowledge(told)
    }

    /// What an outcome that is learnt after its visit's end changes: the order, the stock, and what the platform knows.
    func lateChange(_ told: DispenseTransaction, of visit: Visit) async throws(Fault) -> AgentChange {
        var change = AgentChange()
        change.transaction = told
        change.stock = try await stockChanges(after: told)
        change.bundle = try await correction(of: visit, told)
        return change
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
