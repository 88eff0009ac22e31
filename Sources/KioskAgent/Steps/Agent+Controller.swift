import KioskModel

// What this kiosk asks of the controller's journal, and when it believes the answer.

extension Agent {
    /// What the controller's journal says of an order; with a fault where this controller can't know.
    ///
    /// A controller that never got the order would close its number as not started, and a second box would be sent for.
    /// So it is not even asked: the outcome stays unknown, for a person.
    func askController(about number: UInt32) async throws(Fault) -> (outcome: DispenseOutcome, doubt: Fault?) {
        if let known = try await knownController() {
            let (unit, mark) = try await seenController()
            if let reason = known.doubt(about: number, unit: unit, mark: mark) {
                let doubt = Fault(.cabinetReplaced, "transaction \(number): \(reason)", device: "dispenser")
                logger.warning("\(doubt)")
                return (.unknown, doubt)
            }
        }
        return (try await parts.cabinet.query(transaction: number), nil)
    }

    /// A number above everything this kiosk and this controller have used, whichever of them was replaced; and the
    /// controller as it says that it is now, to be stored with what the number is for.
    func nextTransactionNumber() async throws(Fault) -> (number: UInt32, controller: CabinetController) {
        let (unit, mark) = try await seenController()
        let next = try await nextCounter(.transaction, above: UInt64(mark))
        guard let number = UInt32(exactly: next) else { throw Fault(.dispenserRefused, "transaction numbers used up") }
        guard let known = try await knownController() else {
            return (number, CabinetController(unit: unit, mark: mark, first: 0))
        }
        guard let reason = known.strangeness(unit: unit, mark: mark) else {
            return (number, CabinetController(unit: unit ?? known.unit, mark: mark, first: known.first))
        }
        report(Fault(.cabinetReplaced, reason, device: "dispenser"))
        return (number, CabinetController(unit: unit, mark: mark, first: number))
    }

    private func knownController() async throws(Fault) -> CabinetController? {
        try await store.fetch(CabinetController.self, kind: .agentState, id: CabinetController.id)
    }

    private func seenController() async throws(Fault) -> (unit: UInt64?, mark: UInt32) {
        (try await parts.cabinetUnit?(), try await parts.cabinet.highWaterMark())
    }
}

// MARK: - Acknowledgements

extension Agent {
    enum Acknowledgement {
        case taken
        /// The controller answered, but not so.
        case refused
        case unanswered
    }

    /// Lets the controller forget an outcome that is stored here; doing it again is harmless.
    @discardableResult
    func acknowledge(_ order: DispenseTransaction) async -> Acknowledgement { await acknowledge(order.number) }

    @discardableResult
    func acknowledge(_ number: UInt32) async -> Acknowledgement {
        do {
            try await parts.cabinet.acknowledge(transaction: number)
            return .taken
        } catch {
            logger.notice("transaction \(number) not acknowledged: \(error), ignoring")
            return error.code == .dispenserRefused ? .refused : .unanswered
        }
    }
}
