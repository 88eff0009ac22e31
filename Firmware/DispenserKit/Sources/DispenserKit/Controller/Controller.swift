/// The cabinet's controller: answers the host, moves one slot at a time, and keeps its journal.
///
/// The same code runs on the microcontroller and in the simulated cabinet. Call `poll()` as often as possible.
public struct Controller<Board: DispenserBoard> {
    public var board: Board
    public private(set) var journal: Journal<Board.Storage>
    /// Frames that were dropped because they were broken, since the boot.
    public private(set) var brokenFrames: UInt32 = 0
    private var decoder = FrameDecoder()
    private var motion: Motion?
    private var slots = SlotMemory()
    private var temperatures: TemperatureLog
    var update = FirmwareUpdate()
    /// What lies in the bank that does not run, as far as it was read since it changed: its CRC takes a tenth of a second.
    var otherBank: ImageBank?
    var isOnTrial: Bool
    var wantsRestart = false
    private let startedAt: UInt32

    /// Milliseconds within which the host must confirm a firmware on trial.
    public static var trialTime: UInt32 { 120_000 }

    /// Boots: an order that was open when power went is journalled as interrupted.
    public init(board: consuming Board, storage: consuming Board.Storage) {
        self.board = board
        journal = Journal(opening: storage)
        startedAt = self.board.clock.milliseconds()
        isOnTrial = self.board.boot.isTrial
        temperatures = TemperatureLog(now: startedAt)
        self.board.motors.stop()
    }

    public var isMoving: Bool { motion != nil }
    /// Whether an update is being checked, which goes on with every `poll`.
    public var isChecking: Bool { update.phase == .checking }
    /// The order under way.
    public var runningOrder: DispenseOrder? { motion?.order }

    /// Takes what came from the host, and moves on what is under way.
    public mutating func poll() {
        // First, so that the very first question finds a reading.
        temperatures.poll(now: board.clock.milliseconds(), &board.thermometer)
        while let byte = board.link.receive() {
            do throws(FrameError) {
                if let frame = try decoder.push(byte) { answer(frame) }
            } catch {
                // Its sequence number can't be trusted, so there is nothing to answer: the host asks again.
                brokenFrames &+= 1
            }
        }
        if let entry = motion?.step(&board), let ended = motion {
            motion = nil
            finish(entry, of: ended)
        }
        update.advance(&board.flash)
        // A firmware with which the kiosk can't speak goes back by itself.
        if isOnTrial, motion == nil, board.clock.milliseconds() &- startedAt > Self.trialTime { wantsRestart = true }
        if wantsRestart {
            wantsRestart = false
            board.restart()
        }
    }

    private mutating func answer(_ frame: Frame) {
        let reply: Reply
        do throws(MessageError) {
            reply = self.reply(to: try Request(frame), sequence: frame.sequence)
        } catch {
            let reason: Refusal.Reason =
                switch error {
                case .version: .version
                case .type: .unsupported
                case .body: .malformed
                }
            reply = .refused(Refusal(reason, request: frame.type))
        }
        send(reply, sequence: frame.sequence)
    }

    private mutating func finish(_ entry: JournalEntry, of ended: Motion) {
        let failed = ended.wasStopped || (entry.state != .done && entry.state != .unverified)
        let atHome = board.motors.isHome(entry.slot)
        slots.ended(entry.slot, failed: failed, atHome: atHome)
        // Where this can't be written the journal is out of order and says so; the host still gets the outcome now,
        // and after a reboot `interrupted`.
        try? journal.finish(entry)
        send(.transaction(entry.report), sequence: ended.sequence)
    }

    private mutating func send(_ reply: Reply, sequence: UInt16) {
        board.link.send(reply.frame(sequence: sequence).encoded())
    }
}

// MARK: - Requests

extension Controller {
    private mutating func reply(to request: Request, sequence: UInt16) -> Reply {
        switch request {
        case .identify:
            return .identity(
                Identity(
                    firmware: board.firmware, slots: board.motors.slotCount, highWaterMark: journal.highWaterMark,
                    unit: board.unit))
        case .status(let slot): return .status(status(of: slot))
        case .dispense(let order):
            guard order.count > 0, order.count <= DispenseOrder.maximumCount else {
                return .refused(Refusal(.count, request: request.type.rawValue, transaction: order.transaction))
            }
            return move(order, for: .dispense, sequence: sequence)
        case .home(let transaction, let slot):
            let order = DispenseOrder(transaction: transaction, slot: slot, count: 0)
            return move(order, for: .home, sequence: sequence)
        case .door(let release):
            // The door is not let go while something turns behind it.
            if release, isMoving { return .refused(Refusal(.busy, request: request.type.rawValue)) }
            if release { board.door.release() }
            return .door(isOpen: board.door.isOpen())
        case .firmware, .updateBegin, .updatePiece, .updateFinish, .restart, .confirm:
            return firmwareReply(to: request)
        case .query(let transaction):
            do throws(Refusal) {
                return .transaction(try query(transaction))
            } catch {
                return .refused(error)
            }
        case .temperature(let first): return .temperature(temperatures.report(from: first))
        case .acknowledge(let transaction):
            do throws(Refusal) {
                try acknowledge(transaction)
                return .acknowledged(transaction: transaction)
            } catch {
                return .refused(error)
            }
        }
    }

    private mutating func status(of slot: UInt16) -> CabinetStatus {
        var status = CabinetStatus(slot: slot, condition: condition(of: slot))
        status.isDoorOpen = board.door.isOpen()
        status.isMoving = isMoving
        status.isSensorOutOfOrder = !board.drops.isWorking()
        status.isJournalOutOfOrder = journal.isOutOfOrder
        status.runningTransaction = motion?.order.transaction ?? 0
        status.heldOutcomes = journal.heldCount
        status.heldCapacity = journal.heldCapacity
        status.oldestHeld = journal.oldestHeld
        status.damagedRecords = journal.damagedRecords
        return status
    }

    private mutating func condition(of slot: UInt16) -> SlotCondition {
        guard Int(slot) < SlotMemory.capacity, board.motors.exists(slot) else { return .absent }
        if let motion, motion.order.slot == slot { return .ready }
        guard !slots.hasFailed(slot) else { return .locked }
        return board.motors.isHome(slot) || slots.stoppedAwayOnPurpose(slot) ? .ready : .locked
    }

    private mutating func move(_ order: DispenseOrder, for type: MessageType, sequence: UInt16) -> Reply {
        do throws(Refusal) {
            return .transaction(try start(order, for: type, sequence: sequence))
        } catch {
            return .refused(error)
        }
    }

    private mutating func start(
        _ order: DispenseOrder, for type: MessageType, sequence: UInt16
    ) throws(Refusal) -> TransactionReport {
        if let known = journal.entry(for: order.transaction) { return known.report }
        func refusal(_ reason: Refusal.Reason) -> Refusal {
            Refusal(reason, request: type.rawValue, transaction: order.transaction)
        }
        guard order.transaction > journal.highWaterMark else { throw refusal(.stale) }
        guard TransactionNumber.isUsable(order.transaction, above: journal.highWaterMark) else {
            throw refusal(.number)
        }
        guard motion == nil else { throw refusal(.busy) }
        guard !isOnTrial else { throw refusal(.onTrial) }
        guard !journal.isOutOfOrder else { throw refusal(.journal) }
        guard journal.hasRoom else { throw refusal(.heldFull) }
        switch condition(of: order.slot) {
        case .absent: throw refusal(.slotAbsent)
        case .locked: if !order.isHoming { throw refusal(.slotLocked) }
        case .ready: break
        }
        // Medicine comes first: a host that orders has given its update up.
        update.drop()
        do {
            if board.door.isOpen() {
                let entry = JournalEntry(order, state: .door)
                try journal.finish(entry)
                return entry.report
            }
            if order.isHoming, board.motors.isHome(order.slot) {
                let entry = JournalEntry(order, state: .done)
                try journal.finish(entry)
                slots.ended(order.slot, failed: false, atHome: true)
                return entry.report
            }
            try journal.start(order)
        } catch {
            throw refusal(.journal)
        }
        return begin(order, sequence: sequence)
    }

    private mutating func begin(_ order: DispenseOrder, sequence: UInt16) -> TransactionReport {
        let fromHome = board.motors.isHome(order.slot)
        board.drops.arm()
        board.motors.start(order.slot, for: board.limits.turn)
        motion = Motion(order, sequence: sequence, fromHome: fromHome, now: board.clock.milliseconds())
        return JournalEntry(order, state: .running).report
    }

    /// A number never seen is closed here: an order that is late on its way must not start after this answer.
    private mutating func query(_ transaction: UInt32) throws(Refusal) -> TransactionReport {
        if let known = journal.entry(for: transaction) { return known.report }
        guard transaction > journal.highWaterMark else {
            return TransactionReport(transaction: transaction, state: .forgotten)
        }
        func refusal(_ reason: Refusal.Reason) -> Refusal {
            Refusal(reason, request: MessageType.query.rawValue, transaction: transaction)
        }
        guard TransactionNumber.isUsable(transaction, above: journal.highWaterMark) else { throw refusal(.number) }
        guard !journal.isOutOfOrder else { throw refusal(.journal) }
        guard journal.hasRoom else { throw refusal(.heldFull) }
        let order = DispenseOrder(transaction: transaction, slot: 0, count: 0)
        let entry = JournalEntry(order, state: .notStarted)
        do {
            try journal.finish(entry)
        } catch {
            throw refusal(.journal)
        }
        return entry.report
    }

    private mutating func acknowledge(_ transaction: UInt32) throws(Refusal) {
        func refusal(_ reason: Refusal.Reason) -> Refusal {
            Refusal(reason, request: MessageType.acknowledge.rawValue, transaction: transaction)
        }
        guard let entry = journal.entry(for: transaction) else {
            // Forgotten already: the host asks again because the first answer was lost.
            guard transaction <= journal.highWaterMark, transaction != 0 else { throw refusal(.number) }
            return
        }
        guard entry.state.isOutcome else { throw refusal(.busy) }
        do {
            try journal.acknowledge(entry)
        } catch {
            throw refusal(.journal)
        }
    }
}
