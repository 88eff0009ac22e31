import DispenserKit

/// Where the motor bus lives, for the parts that share it.
typealias MotorBus = MotorBusMaster<HostBoard.Serial>

struct MotorBusPointer {
    let master: UnsafeMutablePointer<MotorBus>
    init(_ master: UnsafeMutablePointer<MotorBus>) { self.master = master }
}

/// The cabinet as the controller sees it: its own clock and link, everything that moves behind the motor bus.
struct CabinetBoard: DispenserBoard {
    typealias Storage = EEPROM<HostBoard.Lines>

    struct Motors: SlotMotors {
        let bus: MotorBusPointer
        var slotCount: UInt16 { bus.master.pointee.description?.slots.count ?? 0 }
        func exists(_ slot: UInt16) -> Bool { bus.master.pointee.exists(slot) }
        mutating func start(_ slot: UInt16, for time: UInt32) { bus.master.pointee.start(slot, for: time) }
        mutating func stop() { bus.master.pointee.stop() }
        mutating func isHome(_ slot: UInt16) -> Bool { bus.master.pointee.isHome(slot) }
        mutating func current() -> UInt16 { bus.master.pointee.current }
    }

    struct Drops: DropSensor {
        let bus: MotorBusPointer
        mutating func isWorking() -> Bool { bus.master.pointee.isCurtainWorking }
        mutating func arm() { bus.master.pointee.arm() }
        mutating func take() -> UInt8 { bus.master.pointee.takeDrops() }
    }

    struct Door: DoorSwitch {
        let bus: MotorBusPointer
        mutating func isOpen() -> Bool { bus.master.pointee.isDoorOpen }
    }

    var clock = HostBoard.clock()
    var link = HostBoard.hostLink()
    var motors: Motors
    var drops: Drops
    var door: Door
    var thermometer = TMP105(lines: HostBoard.eepromLines())
    private let bus: MotorBusPointer

    init(bus: MotorBusPointer) {
        self.bus = bus
        motors = Motors(bus: bus)
        drops = Drops(bus: bus)
        door = Door(bus: bus)
    }

    var limits: MotionLimits { bus.master.pointee.description?.limits ?? MotionLimits() }
    var firmware: FirmwareVersion { FirmwareVersion(major: 0, minor: 3, patch: 0) }
    var unit: UInt64 { HostBoard.unit }
}
