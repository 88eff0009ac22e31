/// The parts of a cabinet as the controller needs them; a board brings its own.
///
/// Nothing here waits: the controller is called again and again and looks at the clock.
public protocol DispenserBoard {
    associatedtype Clock: MonotonicClock
    associatedtype Link: SerialLink
    associatedtype Motors: SlotMotors
    associatedtype Drops: DropSensor
    associatedtype Door: DoorSwitch
    associatedtype Heat: Thermometer
    associatedtype Storage: JournalStorage
    associatedtype Flash: BankFlash

    var clock: Clock { get set }
    var link: Link { get set }
    var motors: Motors { get set }
    var drops: Drops { get set }
    var door: Door { get set }
    var thermometer: Heat { get set }
    var limits: MotionLimits { get }
    var firmware: FirmwareVersion { get }
    /// The banks of the firmware's images.
    var flash: Flash { get set }
    /// What the bootloader left.
    var boot: BootReport { get }
    var target: ImageTarget { get }
    /// The Ed25519 public key by which images are signed.
    var updateKey: FixedBytes<32> { get }
    /// Whether that is the laboratory's, whose private half everybody knows.
    var hasLaboratoryKey: Bool { get }
    /// Starts anew, through the bootloader. Everything sent so far leaves first. It may return.
    mutating func restart()
    /// The microcontroller's own number.
    var unit: UInt64 { get }
}

/// A free-running counter of hardware; an interrupt that counts loses ticks under load.
public protocol MonotonicClock {
    /// Milliseconds since some start; wraps around after 49 days.
    mutating func milliseconds() -> UInt32
}

/// The bytes to and from the host.
public protocol SerialLink {
    /// The next byte that came, or nil.
    mutating func receive() -> UInt8?
    /// Sends a whole frame.
    mutating func send(_ frame: EncodedFrame)
}

/// One motor a slot, of which at most one turns. A full turn, from home to home, brings one box.
public protocol SlotMotors {
    /// How many slots there are.
    var slotCount: UInt16 { get }
    func exists(_ slot: UInt16) -> Bool
    /// Turns on for `time` milliseconds at most: hardware that can stop by itself then does.
    mutating func start(_ slot: UInt16, for time: UInt32)
    /// Stops whichever turns.
    mutating func stop()
    mutating func isHome(_ slot: UInt16) -> Bool
    /// The turning motor's current in milliamperes.
    mutating func current() -> UInt16
}

/// The light curtain under the slots.
public protocol DropSensor {
    /// Whether the curtain sees its own light.
    mutating func isWorking() -> Bool
    /// Forgets what fell so far.
    mutating func arm()
    /// How many boxes fell since the last call.
    mutating func take() -> UInt8
    /// Milliseconds since the moment up to which `take` tells what fell: 0 where the curtain is on the controller's own
    /// wires, more where somebody else was asked about it and has not answered since.
    mutating func age() -> UInt32
}

public protocol DoorSwitch {
    mutating func isOpen() -> Bool
    /// Lets the latch go for a moment, where there is one.
    mutating func release()
}

/// The thermometer between the boxes.
public protocol Thermometer {
    /// Hundredths of a degree Celsius, to half a degree at least; nil where it does not answer.
    mutating func read() -> Int16?
}
