/// One order under way: turn, see the box fall, add quarter turns where it does not, for each box.
struct Motion {
    enum Phase {
        /// Turning, still on the home switch.
        case leaving
        /// Turning, away from home.
        case turning
        /// Turning a quarter more.
        case extraTurn
        /// Stopped; a box may still fall.
        case settling
    }

    let order: DispenseOrder
    /// Of the frame that ordered it; the outcome carries it.
    let sequence: UInt16
    var phase: Phase
    private(set) var dropped: UInt8 = 0
    private var phaseStart: UInt32
    private var overcurrentStart: UInt32?
    private var boxesTurned: UInt8 = 0
    private var extraTurns: UInt8 = 0
    private var isUnverified = false
    /// The sensor failed at some time: that it saw nothing proves nothing.
    private var wasBlind = false
    private var trouble: (state: TransactionState, detail: MotionDetail)?

    init(_ order: DispenseOrder, sequence: UInt16, fromHome: Bool, now: UInt32) {
        self.order = order
        self.sequence = sequence
        phase = fromHome ? .leaving : .turning
        phaseStart = now
    }

    private var isTurning: Bool { phase != .settling }
    /// Whether the door or a limit stopped it, even where the box had fallen.
    var wasStopped: Bool { trouble != nil }

    /// Looks at the board once; the ended entry when the order has ended, and the motor then stands.
    mutating func step(_ board: inout some DispenserBoard) -> JournalEntry? {
        let now = board.clock.milliseconds()
        dropped = UInt8(clamping: Int(dropped) + Int(board.drops.take()))
        if !board.drops.isWorking() { wasBlind = true }
        if trouble == nil {
            trouble = board.door.isOpen() ? (.door, .none) : limit(&board, now: now)
            if trouble != nil, isTurning { settle(&board, now: now) }
        }
        switch phase {
        case .leaving:
            if !board.motors.isHome(order.slot) { enter(.turning, now: now) }
        case .turning:
            if board.motors.isHome(order.slot) { settle(&board, now: now) }
        case .extraTurn:
            if dropped > boxesTurned || elapsed(now) >= board.limits.quarterTurn { settle(&board, now: now) }
        case .settling:
            if hasSettled(&board, now: now) { return settled(&board, now: now) }
        }
        return nil
    }

    /// Whether the time is over in which a box may still fall, and what fell in all of it is known. Also where one has
    /// fallen: a second one must not be told as one. Of a curtain that sees nothing there is nothing to wait for.
    private func hasSettled(_ board: inout some DispenserBoard, now: UInt32) -> Bool {
        let time = elapsed(now)
        guard time >= board.limits.dropWindow else { return false }
        guard board.drops.isWorking() else { return true }
        let age = board.drops.age()
        return time >= age && time - age >= board.limits.dropWindow
    }

    private mutating func limit(
        _ board: inout some DispenserBoard, now: UInt32
    ) -> (state: TransactionState, detail: MotionDetail)? {
        guard isTurning else { return nil }
        if board.motors.current() > board.limits.current {
            let since = overcurrentStart ?? now
            overcurrentStart = since
            if now &- since >= board.limits.overcurrent { return (.jam, .overcurrent) }
        } else {
            overcurrentStart = nil
        }
        switch phase {
        case .leaving where elapsed(now) > board.limits.leaveHome && board.motors.isHome(order.slot):
            return (.jam, .stuckAtHome)
        case .turning where elapsed(now) > board.limits.turn && !board.motors.isHome(order.slot):
            return (.jam, .stuckAway)
        default: return nil
        }
    }

    /// Decides, with the motor stopped and nothing falling any more, what comes next.
    private mutating func settled(_ board: inout some DispenserBoard, now: UInt32) -> JournalEntry? {
        if order.isHoming {
            guard let trouble else { return entry(wasBlind ? .unverified : .done, .none) }
            return entry(trouble.state, trouble.detail)
        }
        let hasFallen = dropped > boxesTurned
        if let trouble, !(hasFallen && boxesTurned + 1 >= order.count) {
            return entry(wasBlind && !hasFallen ? .unverified : trouble.state, trouble.detail)
        }
        if !hasFallen, !wasBlind {
            guard extraTurns < board.limits.extraTurns else { return entry(.noDrop, .none) }
            extraTurns += 1
            board.motors.start(order.slot, for: board.limits.quarterTurn)
            enter(.extraTurn, now: now)
            return nil
        }
        if !hasFallen { isUnverified = true }
        // A box too many is one of those that were asked for: nothing turns for it again.
        boxesTurned = max(boxesTurned + 1, dropped)
        guard boxesTurned < order.count else { return entry(isUnverified ? .unverified : .done, .none) }
        extraTurns = 0
        board.motors.start(order.slot, for: board.limits.turn)
        enter(board.motors.isHome(order.slot) ? .leaving : .turning, now: now)
        return nil
    }

    private mutating func settle(_ board: inout some DispenserBoard, now: UInt32) {
        board.motors.stop()
        enter(.settling, now: now)
    }

    private mutating func enter(_ next: Phase, now: UInt32) {
        phase = next
        phaseStart = now
    }

    private func elapsed(_ now: UInt32) -> UInt32 { now &- phaseStart }

    private func entry(_ state: TransactionState, _ detail: MotionDetail) -> JournalEntry {
        JournalEntry(order, state: state, detail: detail, dropped: dropped)
    }
}
