/// What the motor driver sees.
///
/// Body: flags (1: door open, light curtain blind, turning, left home in this motion), the driver's start (2),
/// latest motion (2), the turning motor's current in mA (2), boxes that fell since the driver's start (1, wraps),
/// slots at home (rest, one bit each).
public struct MotorBusState: Sendable {
    public var isDoorOpen = false
    public var isCurtainBlind = false
    public var isTurning = false
    /// Stays set when the motor is home again, so that a short absence is not missed.
    public var hasLeftHome = false
    /// Another number after each start of the driver, which then has forgotten what it counted.
    public var epoch: UInt16
    public var motion: UInt16
    public var current: UInt16 = 0
    public var drops: UInt8 = 0
    public var home = SlotSet()

    public init(epoch: UInt16, motion: UInt16) {
        self.epoch = epoch
        self.motion = motion
    }

    func append(to body: inout FrameBody) {
        body.append(
            (isDoorOpen ? 1 : 0) | (isCurtainBlind ? 2 : 0) | (isTurning ? 4 : 0) | (hasLeftHome ? 8 : 0))
        body.append(littleEndian: epoch)
        body.append(littleEndian: motion)
        body.append(littleEndian: current)
        body.append(drops)
        home.append(to: &body)
    }

    init?(_ reader: inout ByteReader<248>) {
        guard let flags = reader.byte(), let epoch = reader.uint16(), let motion = reader.uint16(),
            let current = reader.uint16(), let drops = reader.byte(), let home = SlotSet(rest: &reader)
        else { return nil }
        self.init(epoch: epoch, motion: motion)
        isDoorOpen = flags & 1 != 0
        isCurtainBlind = flags & 2 != 0
        isTurning = flags & 4 != 0
        hasLeftHome = flags & 8 != 0
        self.current = current
        self.drops = drops
        self.home = home
    }
}
