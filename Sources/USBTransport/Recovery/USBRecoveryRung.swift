import KioskModel

/// A step of the recovery of a device that is attached but fails, from the mildest up.
public enum USBRecoveryRung: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// The device is opened anew.
    case retry
    /// CLEAR_FEATURE(ENDPOINT_HALT) on its endpoints.
    case clearHalt
    /// The class's own reset, where it has one (printers: SOFT_RESET).
    case classReset
    /// The hub resets the port.
    case portReset
    /// The hub switches the port's power off and on.
    case portPower
    /// Given up until it is replugged, or a long pause is over.
    case outOfService

    public static func < (left: USBRecoveryRung, right: USBRecoveryRung) -> Bool { left.rawValue < right.rawValue }

    /// The row of the fault table that tells of this rung.
    public var code: FaultCode {
        switch self {
        case .retry: .usbReopened
        case .clearHalt: .usbHaltCleared
        case .classReset: .usbClassReset
        case .portReset: .usbPortReset
        case .portPower: .usbPortPowered
        case .outOfService: .usbOutOfService
        }
    }
}

/// The pauses of a recovery.
public struct USBRecoveryTiming: Sendable, Hashable {
    /// Before a rung is tried. Out of service it doubles with each round, up to `longest`.
    public var pauses: [USBRecoveryRung: Duration] = [
        .classReset: .milliseconds(500), .portReset: .seconds(1), .portPower: .seconds(5), .outOfService: .seconds(60),
    ]
    public var longest: Duration = .seconds(900)
    /// A device is given up only after it has failed for so long: a burst of trouble is no broken device.
    public var patience: Duration = .seconds(10)
    /// Failures further apart than this have nothing to do with one another.
    public var memory: Duration = .seconds(60)
    /// How long a device may take to come back after its port was reset.
    public var comeback: Duration = .seconds(5)

    public init() {}
}
