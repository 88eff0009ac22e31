/// What the controller asks of the motor driver, again and again: it is also the sign of life without which a motor
/// stops.
///
/// Body: action (1), motion number (2), slot (2), time (4).
public struct MotorCommand: Sendable, Hashable {
    public enum Action: UInt8, Sendable, Hashable {
        /// No motor may turn.
        case stop = 0
        /// Begins this motion, unless it is the latest one already.
        case start = 1
        /// This motion may go on; a driver that does not know it starts nothing.
        case keep = 2
    }

    public var action: Action
    public var motion: UInt16
    public var slot: UInt16
    /// Milliseconds from the start after which the driver stops the motor by itself.
    public var time: UInt32

    public init(_ action: Action, motion: UInt16, slot: UInt16 = 0, time: UInt32 = 0) {
        self.action = action
        self.motion = motion
        self.slot = slot
        self.time = time
    }

    func append(to body: inout FrameBody) {
        body.append(action.rawValue)
        body.append(littleEndian: motion)
        body.append(littleEndian: slot)
        body.append(littleEndian: time)
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let raw = reader.byte(), let action = Action(rawValue: raw), let motion = reader.uint16(),
            let slot = reader.uint16(), let time = reader.uint32(), reader.isAtEnd
        else { return nil }
        self.init(action, motion: motion, slot: slot, time: time)
    }
}
