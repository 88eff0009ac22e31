import Testing

@testable import DispenserKit

@Suite struct ControllerTests {
    @Test func `a box falls, is reported with the order's sequence number, and is held until acknowledged`() throws {
        let rig = Rig()
        guard case .transaction(let first)? = rig.dispense(1) else { return #expect(Bool(false), "no report") }
        #expect(first.state == .running)
        let report = try #require(rig.settle())
        #expect(report.state == .done)
        #expect(report.dropped == 1)
        #expect(report.slot == 1)
        #expect(rig.query(1) == .done)
        #expect(rig.ask(.acknowledge(transaction: 1)) == .acknowledged(transaction: 1))
        #expect(rig.ask(.acknowledge(transaction: 1)) == .acknowledged(transaction: 1))
        #expect(rig.query(1) == .forgotten)
        #expect(rig.cabinet.dropped == 1)
        #expect(rig.cabinet.isHome(1))
    }

    @Test func `the same number again, running or ended, moves nothing`() {
        let rig = Rig()
        _ = rig.dispense(1)
        _ = rig.dispense(1)
        #expect(rig.settle()?.state == .done)
        for _ in 0..<3 {
            guard case .transaction(let report)? = rig.dispense(1) else { return #expect(Bool(false), "no report") }
            #expect(report.state == .done)
            rig.settle()
        }
        _ = rig.ask(.acknowledge(transaction: 1))
        #expect(rig.dispense(1) == refused(.stale, 1))
        rig.reboot()
        #expect(rig.dispense(1) == refused(.stale, 1))
        #expect(rig.cabinet.dropped == 1)
        #expect(rig.cabinet.starts == 1)
    }

    @Test func `several boxes of one order are counted one by one`() {
        let rig = Rig()
        _ = rig.dispense(1, count: 3)
        let report = rig.settle()
        #expect(report?.state == .done)
        #expect(report?.dropped == 3)
        #expect(rig.cabinet.dropped == 3)
    }

    @Test(arguments: 1...3) func `a hanging box falls after extra quarter turns`(quarters: Int) {
        let rig = Rig()
        rig.cabinet.hanging[1] = quarters
        _ = rig.dispense(1)
        let report = rig.settle()
        #expect(report?.state == .done)
        #expect(rig.cabinet.dropped == 1)
        #expect(rig.cabinet.starts == quarters + 1)
    }

    /// The window is 50 ms; in the first turn a box falls before the stop.
    @Test(arguments: [UInt32(1), 20, 49])
    func `a second box that falls after the motor stopped is told, whatever fell in the turn`(after: UInt32) {
        let rig = Rig()
        rig.cabinet.fallsAfterStop = [after]
        _ = rig.dispense(1)
        #expect(rig.settle()?.dropped == 2)
        #expect(rig.cabinet.dropped == 2)
        #expect(rig.cabinet.starts == 1)
    }

    @Test func `of three boxes asked for, one that fell too early is counted, and no fourth is turned for`() {
        let rig = Rig()
        rig.cabinet.fallsAfterStop = [20]
        _ = rig.dispense(1, count: 3)
        let report = rig.settle()
        #expect(report?.state == .done && report?.dropped == 3)
        #expect(rig.cabinet.dropped == 3)
        #expect(rig.cabinet.starts == 2)
    }

    @Test(arguments: [10, 60, 200])
    func `while nobody tells what the curtain saw, no box is missed and no quarter turn is added`(silence: Int) {
        let rig = Rig()
        rig.cabinet.hanging[1] = 100
        rig.cabinet.fallsAfterStop = [5]
        _ = rig.dispense(1)
        while rig.cabinet.turning != nil { rig.tick() }
        rig.cabinet.isLineSilent = true
        for _ in 0..<silence { rig.tick() }
        #expect(rig.controller.isMoving, "nothing is decided on what is not known")
        rig.cabinet.isLineSilent = false
        let report = rig.settle()
        #expect(report?.state == .done && report?.dropped == 1)
        #expect(rig.cabinet.starts == 1)
    }

    @Test func `a curtain that fails in the window leaves the order unverified, and nothing more turns`() {
        let rig = Rig()
        rig.cabinet.hanging[1] = 100
        _ = rig.dispense(1)
        while rig.cabinet.turning != nil { rig.tick() }
        rig.cabinet.isLineSilent = true
        for _ in 0..<300 { rig.tick() }
        rig.cabinet.sensorWorks = false
        #expect(rig.settle()?.state == .unverified)
        #expect(rig.cabinet.starts == 1)
    }

    @Test func `without a box the extra turns end in no-drop, and the slot is locked`() {
        let rig = Rig()
        rig.cabinet.boxes[1] = 0
        _ = rig.dispense(1)
        #expect(rig.settle()?.state == .noDrop)
        #expect(rig.cabinet.starts == 4)
        #expect(rig.status()?.condition == .locked)
        #expect(rig.dispense(2) == refused(.slotLocked, 2))
        rig.reboot()
        #expect(rig.dispense(2) == refused(.slotLocked, 2))
        #expect(rig.status(slot: 7)?.condition == .ready)
    }

    @Test func `a jam ends by its current, and the motor stands`() {
        let rig = Rig()
        rig.cabinet.jammed = [1]
        _ = rig.dispense(1)
        let report = rig.settle()
        #expect(report?.state == .jam)
        #expect(report?.detail == .overcurrent)
        #expect(rig.cabinet.turning == nil)
    }

    @Test func `a motor that does not leave home, or does not come back, is told apart`() {
        let rig = Rig()
        rig.cabinet.stuckAtHome = [1]
        _ = rig.dispense(1)
        #expect(rig.settle()?.detail == .stuckAtHome)
        let other = Rig()
        _ = other.dispense(1)
        while other.cabinet.angle[1, default: 0] < 0.5 { other.tick() }
        other.cabinet.stuckAtHome = [1]
        let report = other.settle()
        #expect(report?.state == .jam)
        #expect(report?.detail == .stuckAway)
    }

    @Test func `an open door stops the motor at once; a box that had fallen is still done`() {
        let rig = Rig()
        _ = rig.dispense(1)
        while rig.cabinet.angle[1, default: 0] < 0.3 { rig.tick() }
        rig.cabinet.doorOpen = true
        rig.tick()
        #expect(rig.cabinet.turning == nil)
        #expect(rig.settle()?.state == .door)
        #expect(rig.cabinet.dropped == 0)
        let other = Rig()
        _ = other.dispense(1)
        while other.cabinet.dropped == 0 { other.tick() }
        other.cabinet.doorOpen = true
        #expect(other.settle()?.state == .done)
        #expect(other.status()?.condition == .locked)
    }

    @Test func `with the door open an order ends as door without a turn`() {
        let rig = Rig()
        rig.cabinet.doorOpen = true
        _ = rig.dispense(1)
        #expect(rig.query(1) == .door)
        #expect(rig.cabinet.starts == 0)
    }

    @Test func `a blind drop sensor gives unverified, never done`() {
        let rig = Rig()
        rig.cabinet.sensorWorks = false
        _ = rig.dispense(1)
        #expect(rig.settle()?.state == .unverified)
        #expect(rig.cabinet.starts == 1)
    }

    @Test func `a query closes a number that was never seen`() {
        let rig = Rig()
        #expect(rig.query(5) == .notStarted)
        guard case .transaction(let late)? = rig.dispense(5) else { return #expect(Bool(false), "no report") }
        #expect(late.state == .notStarted)
        #expect(rig.dispense(4) == refused(.stale, 4))
        rig.reboot()
        #expect(rig.query(5) == .notStarted)
        #expect(rig.cabinet.starts == 0)
    }

    @Test func `wrong orders are refused with their reason and use up no number`() {
        let rig = Rig()
        #expect(rig.dispense(0) == refused(.stale, 0))
        #expect(rig.dispense(.max) == refused(.number, .max))
        #expect(rig.dispense(20_000_000) == refused(.number, 20_000_000))
        #expect(rig.dispense(1, slot: 3) == refused(.slotAbsent, 1))
        #expect(rig.dispense(1, slot: 60_000) == refused(.slotAbsent, 1))
        #expect(rig.dispense(1, count: 0) == refused(.count, 1))
        #expect(rig.dispense(1, count: 200) == refused(.count, 1))
        _ = rig.dispense(1)
        #expect(rig.dispense(2, slot: 7) == refused(.busy, 2))
        let expected = Refusal(.busy, request: MessageType.acknowledge.rawValue, transaction: 1)
        #expect(rig.ask(.acknowledge(transaction: 1)) == .refused(expected))
        #expect(rig.settle()?.state == .done)
    }

    @Test func `when too many outcomes wait, nothing more starts until one is acknowledged`() {
        let rig = Rig()
        for number in UInt32(1)...32 { #expect(rig.query(number) == .notStarted) }
        #expect(rig.dispense(33) == refused(.heldFull, 33))
        #expect(rig.status()?.heldOutcomes == 32)
        #expect(rig.status()?.oldestHeld == 1)
        _ = rig.ask(.acknowledge(transaction: 1))
        _ = rig.dispense(33)
        #expect(rig.settle()?.state == .done)
    }

    @Test func `worn memory refuses the order before anything moves`() {
        let rig = Rig()
        rig.memory.isWorn = true
        #expect(rig.dispense(1) == refused(.journal, 1))
        #expect(rig.cabinet.starts == 0)
        #expect(rig.status()?.isJournalOutOfOrder == true)
    }

    @Test func `another version is told, and identify is answered whatever the version`() throws {
        let rig = Rig()
        rig.put(Frame(type: MessageType.query.rawValue, sequence: 4, body: FrameBody(), version: 9).encoded())
        rig.put(Frame(type: MessageType.identify.rawValue, sequence: 5, body: FrameBody(), version: 9).encoded())
        rig.controller.poll()
        let replies = try rig.cabinet.fromController.map { try Reply($0) }
        #expect(replies.first == .refused(Refusal(.version, request: MessageType.query.rawValue)))
        guard case .identity(let identity)? = replies.last else { return #expect(Bool(false), "no identity") }
        #expect(identity.protocolVersion == 1)
        #expect(identity.slots == 3)
        #expect(identity.unit == 0x0123_4567_89AB_CDEF)
    }

    @Test(.timeLimit(.minutes(1))) func `random bytes, and random bodies in good frames, move nothing wrong`() {
        let seed: UInt64 = 20_261_122
        var generator = SeededGenerator(seed: seed)
        let rig = Rig()
        for _ in 0..<300 {
            for _ in 0..<Int.random(in: 0...300, using: &generator) {
                rig.cabinet.toController.append(.random(in: 0...255, using: &generator))
            }
            rig.controller.poll()
        }
        #expect(rig.cabinet.starts == 0, "seed \(seed)")
        for _ in 0..<2000 {
            var body = FrameBody()
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                body.append(.random(in: 0...255, using: &generator))
            }
            let type = UInt8.random(in: 0...255, using: &generator)
            rig.put(Frame(type: type, sequence: 0, body: body).encoded())
            rig.controller.poll()
        }
        rig.settle()
        #expect(rig.controller.journal.damagedRecords == 0, "seed \(seed)")
    }

    /// Power is cut at every journal write and every few milliseconds of an order, and comes back.
    @Test(.timeLimit(.minutes(1)))
    func `wherever power is cut in an order, the box falls once at most and done is true`() {
        var cuts = 0
        for write in 0..<6 {
            for bytes in [0, 13, 32] {
                let rig = cutRun { $0.memory.cut = (write, bytes) }
                verify(rig, "write \(write), \(bytes) bytes")
                cuts += 1
            }
        }
        for millisecond in stride(from: 0, to: 260, by: 3) {
            let rig = cutRun(atTick: millisecond) { _ in }
            verify(rig, "after \(millisecond) ms")
            cuts += 1
        }
        print("controller: \(cuts) cuts, 0 double drops, 0 wrong done")
    }

    /// An order, a cut, the boot; then what a host does: query, and the order again under the same number.
    private func cutRun(atTick tick: Int? = nil, _ prepare: (Rig) -> Void) -> Rig {
        let rig = Rig()
        prepare(rig)
        _ = rig.dispense(1)
        if let tick { for _ in 0..<tick { rig.tick() } } else { rig.settle() }
        rig.reboot()
        let state = rig.query(1)
        _ = rig.dispense(1)
        rig.settle()
        #expect(state == rig.query(1))
        return rig
    }

    private func verify(_ rig: Rig, _ comment: Comment) {
        let state = rig.query(1)
        #expect(rig.cabinet.dropped <= 1, comment)
        #expect(state == .done || state == .interrupted || state == .notStarted, comment)
        if state == .done { #expect(rig.cabinet.dropped == 1, comment) }
        if state == .notStarted { #expect(rig.cabinet.starts == 0, comment) }
    }

    private func refused(_ reason: Refusal.Reason, _ transaction: UInt32) -> Reply {
        .refused(Refusal(reason, request: MessageType.dispense.rawValue, transaction: transaction))
    }
}
