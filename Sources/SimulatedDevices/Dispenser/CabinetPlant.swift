import DispenserKit

/// The cabinet's mechanics: motors that turn, boxes that fall, a door, the light curtain. Time is stepped from outside.
///
/// A box falls at three quarters of a full turn. Belongs to one actor.
final class CabinetPlant {
    struct Slot {
        var boxes: Int
        /// Turns since the order began; whole turns are home.
        var angle = 0.0
        /// The motor blocks at 0.4 turns.
        var isJammed = false
        /// The box hangs: extra quarter turns that it takes, or nil.
        var hangsFor: Int?
        /// One more box comes loose, and falls so many milliseconds after the motor has stopped.
        var looseBox: UInt32?
    }

    var slots: [UInt16: Slot]
    var isDoorOpen = false
    var isSensorBlind = false
    /// The controller asked for its own restart.
    var wantsRestart = false
    /// Hundredths of a degree Celsius; nil: the thermometer is silent.
    var temperature: Int16? = 1800
    private(set) var turning: UInt16?
    private var stopped: (slot: UInt16, at: UInt32)?
    private(set) var milliseconds: UInt32 = 0
    /// Boxes that the light curtain saw and the controller has not asked about.
    var seen: UInt8 = 0
    var toController: [UInt8] = []
    var fromController: [EncodedFrame] = []
    /// Milliseconds for a full turn.
    let turnTime: Double

    init(slots: [UInt16: Int], turnTime: Double) {
        self.slots = slots.mapValues { Slot(boxes: $0) }
        self.turnTime = max(20, turnTime)
    }

    var limits: MotionLimits {
        MotionLimits(
            leaveHome: UInt32(turnTime), turn: UInt32(turnTime * 3), dropWindow: UInt32(turnTime / 3),
            quarterTurn: UInt32(turnTime / 4), overcurrent: UInt32(turnTime / 3))
    }

    /// The angle of the turning motor.
    var turningAngle: Double { turning.flatMap { slots[$0]?.angle } ?? 0 }

    /// One millisecond passes. The slot from which a box fell in it.
    func step() -> UInt16? {
        milliseconds &+= 1
        guard let turning, var slot = slots[turning] else { return looseBox() }
        let before = slot.angle
        if slot.isJammed, before >= 0.4 { return nil }
        slot.angle += 1 / turnTime
        let fallsAt = slot.hangsFor.map { 0.85 + Double($0) * 0.25 } ?? before.rounded(.down) + 0.75
        let falls = slot.boxes > 0 && before < fallsAt && slot.angle >= fallsAt
        if falls {
            slot.hangsFor = nil
            fall(from: &slot)
        }
        slots[turning] = slot
        return falls ? turning : nil
    }

    private func looseBox() -> UInt16? {
        guard let stopped, var slot = slots[stopped.slot], let delay = slot.looseBox, slot.boxes > 0,
            milliseconds &- stopped.at >= delay
        else { return nil }
        slot.looseBox = nil
        fall(from: &slot)
        slots[stopped.slot] = slot
        return stopped.slot
    }

    private func fall(from slot: inout Slot) {
        slot.boxes -= 1
        if !isSensorBlind, seen < .max { seen += 1 }
    }

    /// Time passes in which nothing turns.
    func rest(_ time: UInt32) { milliseconds &+= time }

    func start(_ slot: UInt16) { turning = slots[slot] == nil ? nil : slot }

    func stop() {
        if let turning { stopped = (turning, milliseconds) }
        turning = nil
    }

    /// The door's spring opens it when its latch lets go.
    func releaseLatch() { isDoorOpen = true }

    /// An order begins: angles count from here.
    func arm() {
        seen = 0
        for (number, slot) in slots where slot.angle >= 0.99 { slots[number]?.angle = max(0, slot.angle - 1) }
    }

    func isHome(_ slot: UInt16) -> Bool {
        let angle = slots[slot]?.angle ?? 0
        let fraction = angle - angle.rounded(.down)
        return fraction < 0.04 || fraction > 0.995
    }

    /// Milliamperes.
    var current: UInt16 {
        guard let turning, let slot = slots[turning] else { return 0 }
        return slot.isJammed && slot.angle >= 0.4 ? 1500 : 300
    }
}

extension Duration {
    /// Milliseconds, with their fraction.
    var inMilliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
