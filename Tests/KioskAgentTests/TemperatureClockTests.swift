import KioskLab
import KioskModel
import KioskTestSupport
import Testing

@testable import KioskAgent

/// The kiosk's wall clock is set under the temperature log: nothing that suffered is given for it, nothing good is shut.
extension TemperatureTests {
    @Test(.timeLimit(.minutes(1)))
    func `boxes that were loaded while the clock was ahead are judged all the same once it is set back`() async throws {
        try await withDay { rig, life, clock in
            let right = clock.stamp().wall
            clock.setWall(right + 10 * 3_600_000)
            let fresh = RefillOrder(
                slot: 14, medicine: "M003", lot: "LN", expiry: "2028-06-30", traces: ["81000031000099000900"],
                counted: 1, replace: true, by: "T-7")
            _ = try await life.agent.refill(fresh, token: life.token())
            clock.setWall(right)
            await Self.pass(18, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
            await Self.pass(30, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .temperature])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a clock that is set forward is no time without readings`() async throws {
        try await withDay { rig, life, clock in
            await Self.pass(18, times: 3, rig, clock)
            _ = try await life.agent.temperature()
            clock.setWall(clock.stamp().wall + 3 * 3_600_000)
            #expect(await life.agent.stockFaults().isEmpty)
            await Self.pass(18, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
            #expect(await life.agent.stockFaults().isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a clock that is set back hides no silence, and opens nothing blindly`() async throws {
        try await withDay { rig, life, clock in
            await Self.pass(18, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            clock.setWall(clock.stamp().wall - 2 * 3_600_000)
            await Self.pass(nil, times: 7, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life).isEmpty)
            await Self.pass(nil, times: 1, rig, clock)
            _ = try await life.agent.temperature()
            #expect(try await Self.blocks(life) == [14: .temperature])
            let open = SlotLockOrder(slot: 14, locked: false, reason: "pharmacist", by: "T-7")
            await expectFault(.cabinetThermometer) { _ = try await life.agent.lockSlot(open, token: life.token()) }
        }
    }
}

/// A power cut takes kiosk and cabinet along, and only the wall clock could say for how long.
struct PowerCutMeasureTests {
    private static let noon: Int64 = 1_795_341_600_000
    private static let minute: Int64 = 60_000

    private static func stamp(
        _ boot: String, minute up: Int64, wall: Int64, _ quality: ClockQuality = .unconfirmed
    ) -> Stamp {
        Stamp(boot: boot, monotonic: UInt64(up * minute) * 1_000_000, wall: wall, quality: quality)
    }

    private static func slot(loadedAt stamp: Stamp) -> CabinetSlot {
        let box = StoredBox(trace: nil, lot: "L", expiry: "2028-06-30", loadedAt: stamp, loadedBy: "T-7")
        return CabinetSlot(slot: 14, medicine: "M003", uses: [.pickUp], boxes: [box])
    }

    /// The controller's newest readings, five minutes apart, the last one just now.
    private static func page(from first: UInt32, _ degrees: [Double?]) -> CabinetTemperature {
        let next = first + UInt32(degrees.count)
        return CabinetTemperature(
            first: first, next: next, interval: 300, uptime: Int(next - 1) * 300, newestAge: 0, readings: degrees)
    }

    private static func trouble(_ judgements: [TemperatureJudgement], _ slot: CabinetSlot) -> String? {
        judgements.lazy.compactMap { $0.trouble(in: slot, least: 0, most: 20) }.first
    }

    /// After the readings of the first boot, at noon.
    private static func cursor() -> TemperatureCursor {
        var cursor = TemperatureCursor()
        _ = cursor.take(page(from: 0, [18, 18]), at: stamp("a", minute: 60, wall: noon, .synchronized))
        return cursor
    }

    private static let old = slot(loadedAt: stamp("a", minute: 1, wall: noon - 59 * minute))

    @Test func `hours that the clock slept through are seen when a trusted source sets it`() {
        var cursor = Self.cursor()
        let fresh = Self.slot(loadedAt: Self.stamp("b", minute: 2, wall: Self.noon + 4 * Self.minute))
        let asleep = cursor.take(
            Self.page(from: 0, [18]), at: Self.stamp("b", minute: 1, wall: Self.noon + 3 * Self.minute))
        #expect(Self.trouble(asleep.judgements, Self.old) == nil)
        // The clock is set, and nobody has confirmed it yet.
        let set = cursor.take(
            Self.page(from: 1, [18]), at: Self.stamp("b", minute: 6, wall: Self.noon + 488 * Self.minute))
        #expect(Self.trouble(set.judgements, Self.old) == nil)
        let told = cursor.take(
            Self.page(from: 2, [18]),
            at: Self.stamp("b", minute: 11, wall: Self.noon + 493 * Self.minute, .synchronized))
        #expect(Self.trouble(told.judgements, Self.old) == "no reading for 483 minutes")
        #expect(Self.trouble(told.judgements, fresh) == nil)
        // It is told once: whoever opens the slot is not asked again.
        let after = cursor.take(
            Self.page(from: 3, [18]),
            at: Self.stamp("b", minute: 16, wall: Self.noon + 498 * Self.minute, .synchronized))
        #expect(Self.trouble(after.judgements, Self.old) == nil)
    }

    @Test func `a start whose clock was right is confirmed without a word`() {
        var cursor = Self.cursor()
        _ = cursor.take(Self.page(from: 0, [18]), at: Self.stamp("b", minute: 1, wall: Self.noon + 9 * Self.minute))
        #expect(cursor.unproven != nil)
        let told = cursor.take(
            Self.page(from: 1, [18]), at: Self.stamp("b", minute: 6, wall: Self.noon + 14 * Self.minute, .synchronized))
        #expect(Self.trouble(told.judgements, Self.old) == nil)
        #expect(cursor.unproven == nil)
    }

    @Test func `a clock that went back across the start measures nothing: nobody knows`() {
        var cursor = Self.cursor()
        let back = cursor.take(
            Self.page(from: 0, [18]), at: Self.stamp("b", minute: 1, wall: Self.noon - 60 * Self.minute))
        #expect(Self.trouble(back.judgements, Self.old) == "nobody knows for how long there was no reading")
        let ahead = Self.slot(loadedAt: Self.stamp("a", minute: 2, wall: Self.noon + 600 * Self.minute))
        var warm = Self.cursor()
        let night = warm.take(
            Self.page(from: 2, [30, 18]), at: Self.stamp("b", minute: 1, wall: Self.noon + 10 * Self.minute))
        #expect(Self.trouble(night.judgements, ahead)?.hasPrefix("30.0 °C") == true)
    }

    @Test func `a store of before, which knows wall times alone, is gone on from`() {
        var cursor = TemperatureCursor()
        (cursor.next, cursor.uptime, cursor.lastKnown, cursor.newest) = (2, 300, Self.noon, Self.noon)
        let next = cursor.take(
            Self.page(from: 2, [18]), at: Self.stamp("a", minute: 65, wall: Self.noon + 5 * Self.minute))
        #expect(Self.trouble(next.judgements, Self.old) == nil)
        cursor.known = nil
        let late = cursor.take(
            Self.page(from: 9, [18]), at: Self.stamp("a", minute: 105, wall: Self.noon + 45 * Self.minute))
        #expect(Self.trouble(late.judgements, Self.old) == "no reading for 40 minutes")
    }
}
