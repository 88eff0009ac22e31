import Testing

@testable import DispenserKit

@Suite struct HomingTests {
    @Test func `a motor that stands away is turned home once for its number, and the slot serves again`() throws {
        let rig = try stoppedAway(at: 0.9)
        #expect(rig.status()?.condition == .locked)
        guard case .transaction(let running)? = home(rig, 2) else { return #expect(Bool(false), "no report") }
        #expect(running.state == .running)
        let report = try #require(rig.settle())
        #expect(report.state == .done && report.dropped == 0 && report.count == 0)
        #expect(rig.cabinet.isHome(1))
        #expect(rig.status()?.condition == .ready)
        let starts = rig.cabinet.starts
        guard case .transaction(let again)? = home(rig, 2) else { return #expect(Bool(false), "no report") }
        #expect(again.state == .done && rig.cabinet.starts == starts)
        #expect(rig.query(2) == .done)
    }

    @Test func `a box that falls on the way home is told`() throws {
        let rig = try stoppedAway(at: 0.5)
        _ = home(rig, 2)
        let report = rig.settle()
        #expect(report?.state == .done)
        #expect(report?.dropped == 1)
        #expect(rig.cabinet.dropped == 1)
    }

    @Test func `a slot that failed and stands at home is freed without a turn`() {
        let rig = Rig()
        rig.cabinet.boxes[1] = 0
        _ = rig.dispense(1)
        #expect(rig.settle()?.state == .noDrop)
        // The technician turned it by hand.
        rig.cabinet.angle[1] = 0
        #expect(rig.status()?.condition == .locked)
        let starts = rig.cabinet.starts
        guard case .transaction(let report)? = home(rig, 2) else { return #expect(Bool(false), "no report") }
        #expect(report.state == .done && rig.cabinet.starts == starts)
        #expect(rig.status()?.condition == .ready)
    }

    @Test func `with the door open, in a jam or past its time homing ends so, and the slot stays locked`() throws {
        let open = try stoppedAway(at: 0.5)
        open.cabinet.doorOpen = true
        guard case .transaction(let door)? = home(open, 2) else { return #expect(Bool(false), "no report") }
        #expect(door.state == .door)
        #expect(open.cabinet.turning == nil)
        let jammed = try stoppedAway(at: 0.5)
        jammed.cabinet.jammed = [1]
        _ = home(jammed, 2)
        #expect(jammed.settle()?.detail == .overcurrent)
        #expect(jammed.status()?.condition == .locked)
        let stuck = try stoppedAway(at: 0.5)
        stuck.cabinet.stuckAtHome = [1]
        _ = home(stuck, 2)
        #expect(stuck.settle()?.detail == .stuckAway)
        #expect(stuck.status()?.condition == .locked)
    }

    @Test func `power lost in the homing is interrupted, and nothing turns again by itself`() throws {
        let rig = try stoppedAway(at: 0.5)
        _ = home(rig, 2)
        for _ in 0..<20 { rig.tick() }
        rig.reboot()
        #expect(rig.query(2) == .interrupted)
        #expect(rig.cabinet.turning == nil || !rig.controller.isMoving)
        _ = home(rig, 2)
        #expect(!rig.controller.isMoving)
    }

    @Test func `the door's latch is let go, but not while a motor turns`() {
        let rig = Rig()
        #expect(rig.ask(.door(release: false)) == .door(isOpen: false))
        #expect(rig.cabinet.latchReleases == 0)
        #expect(rig.ask(.door(release: true)) == .door(isOpen: false))
        #expect(rig.cabinet.latchReleases == 1)
        rig.cabinet.doorOpen = true
        #expect(rig.ask(.door(release: false)) == .door(isOpen: true))
        rig.cabinet.doorOpen = false
        _ = rig.dispense(1)
        #expect(
            rig.ask(.door(release: true)) == .refused(Refusal(.busy, request: MessageType.door.rawValue)))
        #expect(rig.cabinet.latchReleases == 1)
        #expect(rig.settle()?.state == .done)
    }

    private func home(_ rig: Rig, _ transaction: UInt32) -> Reply? {
        rig.ask(.home(transaction: transaction, slot: 1))
    }

    /// An order of slot 1 that a power loss interrupted at this part of its turn.
    private func stoppedAway(at angle: Double) throws -> Rig {
        let rig = Rig()
        _ = rig.dispense(1)
        while rig.cabinet.angle[1, default: 0] < angle { rig.tick() }
        rig.cabinet.turning = nil
        let fell = rig.cabinet.dropped
        rig.reboot()
        #expect(rig.query(1) == .interrupted)
        #expect(fell == (angle > 0.75 ? 1 : 0))
        return rig
    }
}
