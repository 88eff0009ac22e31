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
        func age() -> UInt32 { 0 }
    }

    struct Door: DoorSwitch {
        let plant: CabinetPlant
        func isOpen() -> Bool { plant.isDoorOpen }
        func release() { plant.releaseLatch() }
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
    let firmware: FirmwareVersion
    let unit: UInt64
    var flash: FlashFile
    let boot: BootReport
    let target = FirmwareImage.simulatedBoard
    let updateKey = LaboratoryKey.publicKey
    let hasLaboratoryKey: Bool
    private let plant: CabinetPlant

    func restart() { plant.wantsRestart = true }

    /// As the bootloader starts it. Throws where no bank holds an image, as a board without one stays silent.
    init(_ plant: CabinetPlant, flash: FlashFile, unit: UInt64, hasLaboratoryKey: Bool) throws(StorageError) {
        var flash = flash
        guard let choice = BootChoice(for: target, from: &flash) else { throw StorageError() }
        self.plant = plant
        self.flash = flash
        boot = choice.report
        firmware = choice.header.version
        clock = Clock(plant: plant)
        link = Link(plant: plant)
        motors = Motors(plant: plant)
        drops = Drops(plant: plant)
        door = Door(plant: plant)
        thermometer = Heat(plant: plant)
        limits = plant.limits
        self.unit = unit
        self.hasLaboratoryKey = hasLaboratoryKey
    }
}
