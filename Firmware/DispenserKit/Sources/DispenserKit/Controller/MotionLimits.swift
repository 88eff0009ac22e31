/// The bounds of a motion; times in milliseconds.
public struct MotionLimits: Sendable, Hashable {
    /// The motor must have left its home switch by then.
    public var leaveHome: UInt32
    /// The motor must be home again by then.
    public var turn: UInt32
    /// How long a box may fall after the motor stopped.
    public var dropWindow: UInt32
    /// How long a quarter of a turn takes.
    public var quarterTurn: UInt32
    /// Quarter turns that are added where no box fell.
    public var extraTurns: UInt8
    /// The highest current in milliamperes that may last.
    public var current: UInt16
    /// How long the current may be higher: a motor's start needs it.
    public var overcurrent: UInt32

    public init(
        leaveHome: UInt32 = 500, turn: UInt32 = 4000, dropWindow: UInt32 = 400, quarterTurn: UInt32 = 500,
        extraTurns: UInt8 = 3, current: UInt16 = 800, overcurrent: UInt32 = 150
    ) {
        self.leaveHome = leaveHome
        self.turn = turn
        self.dropWindow = dropWindow
        self.quarterTurn = quarterTurn
        self.extraTurns = extraTurns
        self.current = current
        self.overcurrent = overcurrent
    }
}
