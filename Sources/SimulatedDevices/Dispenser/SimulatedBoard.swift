import DispenserKit

/// The board between the controller's code and the simulated mechanics.
struct SimulatedBoard: DispenserBoard {
    typealias Storage = JournalFile

    struct Clock: MonotonicClock {
        let plant: CabinetPlant
        func milliseconds() -> UInt32 { plant.milliseconds }
    }

    struct Link: SerialLink {
        let plant: CabinetPlant
        func receive() -> UInt8? { plant.toController.isEmpty ? nil : plant.toController.removeFirst() }
        func send(_ frame: EncodedFrame) { plant.fromController.append(frame) }
    }

    struct Motors: SlotMotors {
        let plant: CabinetPlant
        var slotCount: UInt16 { UInt16(clamping: plant.slots.count) }
        func exists(_ slot: UInt16) -> Bool { plant.slots[slot] != nil }
        func start(_ slot: UInt16, for time: UInt32) { plant.start(slot) }
        func stop() { plant.stop() }
        func isHome(_ slot: UInt16) -> Bool { plant.isHome(slot) }
        func current() -> UInt16 { plant.current }
    }

    struct Drops: DropSensor {
        let plant: CabinetPlant
        func isWorking() -> Bool { !plant.isSensorBlind }
        func arm() { plant.arm() }
        func take() -> UInt8 {
            defer { plant.seen = 0 }
            return plant.seen
        }
    }

    struct Door: DoorSwitch {
        let plant: CabinetPlant
        func isOpen() -> Bool { plant.isDoorOpen }
    }

    struct Heat: Thermometer {
        let plant: CabinetPlant
        func read() -> Int16? { plant.temperature }
    }

    var clock: Clock
    var link: Link
    var motors: Motors
    var drops: Drops
    var door: Door
    var thermometer: Heat
    let limits: MotionLimits
    let firmware = FirmwareVersion(major: 0, minor: 1, patch: 0)
    let unit: UInt64

    init(_ plant: CabinetPlant, unit: UInt64) {
        clock = Clock(plant: plant)
        link = Link(plant: plant)
        motors = Motors(plant: plant)
        drops = Drops(plant: plant)
        door = Door(plant: plant)
        thermometer = Heat(plant: plant)
        limits = plant.limits
        self.unit = unit
    }
}
