/// A slot's motor that a technician has turned home.
public struct HomeOrder: Codable, Sendable, Hashable {
    public let slot: Int
    public let by: String

    public init(slot: Int, by: String) {
        self.slot = slot
        self.by = by
    }
}

/// The cabinet's door that a technician has opened.
public struct DoorOrder: Codable, Sendable, Hashable {
    public let by: String

    public init(by: String) { self.by = by }
}

/// A new firmware for the cabinet's controller.
public struct FirmwareOrder: Codable, Sendable, Hashable {
    /// The file in base64: header, signature, code.
    public let image: String
    public let by: String

    public init(image: String, by: String) {
        self.image = image
        self.by = by
    }
}

/// How the homing of a slot ended at the machine.
public struct CabinetHoming: Sendable, Hashable {
    /// `done` where the motor is at home.
    public let outcome: DispenseOutcome
    /// Boxes that the sensor saw fall meanwhile; nil where nobody can tell.
    public let fallen: Int?

    public init(outcome: DispenseOutcome, fallen: Int?) {
        self.outcome = outcome
        self.fallen = fallen
    }
}

/// How the homing of a slot ended, for people.
public struct HomingView: Codable, Sendable, Hashable {
    public var schema = 1
    public let slot: Int
    public let outcome: DispenseOutcome
    /// Boxes that fell meanwhile; nil where nobody can tell.
    public let fallen: Int?
    /// The slot was shut by the homing and stays so, until its boxes are counted.
    public let locked: Bool

    public init(slot: Int, outcome: DispenseOutcome, fallen: Int?, locked: Bool) {
        self.slot = slot
        self.outcome = outcome
        self.fallen = fallen
        self.locked = locked
    }
}

/// The cabinet's door.
public struct DoorView: Codable, Sendable, Hashable {
    public var schema = 1
    public let open: Bool

    public init(open: Bool) { self.open = open }
}

/// A technician's act at the cabinet's machine, as it is kept: written before it is done, and again with its end.
public struct CabinetAct: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, Hashable {
        case home, open, firmware
    }

    public let id: String
    public let kind: Kind
    /// The slot, the firmware's SHA-256; nil for the door.
    public let subject: String?
    /// The number under which the controller knows a homing.
    public let number: UInt32?
    public let by: String
    public let at: Stamp
    /// How it ended; nil: nobody knows yet.
    public var result: String?

    public init(id: String, kind: Kind, subject: String? = nil, number: UInt32? = nil, by: String, at: Stamp) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.number = number
        self.by = by
        self.at = at
    }
}
