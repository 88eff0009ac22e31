/// What the motor driver has behind it.
///
/// Body: a full turn in milliseconds (2), slots that have a motor (rest, one bit each).
public struct MotorBusDescription: Sendable {
    public var turnTime: UInt16
    public var slots: SlotSet

    public init(turnTime: UInt16, slots: SlotSet) {
        self.turnTime = turnTime
        self.slots = slots
    }

    /// The bounds of a motion with these motors. A turn time out of reason counts as the nearest one in reason.
    public var limits: MotionLimits {
        let turn = UInt32(min(max(turnTime, 100), 10_000))
        return MotionLimits(leaveHome: 500 + turn / 2, turn: 1000 + 2 * turn, quarterTurn: turn / 4)
    }

    func append(to body: inout FrameBody) {
        body.append(littleEndian: turnTime)
        slots.append(to: &body)
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let turnTime = reader.uint16(), let slots = SlotSet(rest: &reader) else { return nil }
        self.init(turnTime: turnTime, slots: slots)
    }
}
