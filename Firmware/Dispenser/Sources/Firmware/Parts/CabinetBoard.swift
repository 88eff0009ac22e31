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
    typealias Flash = HostBoard.Flash

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
        mutating func age() -> UInt32 { bus.master.pointee.age }
    }

    struct Door: DoorSwitch {
        let bus: MotorBusPointer
        mutating func isOpen() -> Bool { bus.master.pointee.isDoorOpen }
        mutating func release() { bus.master.pointee.releaseLatch() }
    }

    var clock = HostBoard.clock()
    var link = HostBoard.hostLink()
    var motors: Motors
    var drops: Drops
    var door: Door
    var thermometer = TMP105(lines: HostBoard.eepromLines())
    var flash = HostBoard.flash()
    let boot: BootReport
    let firmware: FirmwareVersion
    private let bus: MotorBusPointer

    init(bus: MotorBusPointer, boot: BootReport) {
        self.bus = bus
        self.boot = boot
        let header = try? flash.read(bank: Int(boot.bank), at: 0)
        firmware = header.flatMap(ImageHeader.init)?.version ?? FirmwareVersion(major: 0, minor: 0, patch: 0)
        motors = Motors(bus: bus)
        drops = Drops(bus: bus)
        door = Door(bus: bus)
    }

    var limits: MotionLimits { bus.master.pointee.description?.limits ?? MotionLimits() }
    var unit: UInt64 { HostBoard.unit }
    var target: ImageTarget { HostBoard.target }
    var updateKey: FixedBytes<32> { UpdateKey.bytes }
    var hasLaboratoryKey: Bool { UpdateKey.isLaboratory }

    mutating func restart() {
        HostBoard.drain()
        CortexM4.reset()
    }
}
