/// What exactly went wrong in a motion.
public enum MotionDetail: UInt8, Sendable, Hashable {
    case none = 0
    /// The motor did not leave its home switch.
    case stuckAtHome = 1
    /// The motor did not come back to its home switch.
    case stuckAway = 2
    /// The motor's current stayed above its limit.
    case overcurrent = 3
}
