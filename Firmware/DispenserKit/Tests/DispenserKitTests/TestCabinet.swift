import DispenserKit

/// Motors, boxes and door in simulated time: one millisecond a step. A turn takes 200 ms, a box falls at three
/// quarters of it.
final class TestCabinet {
    static let turn = 200.0

    var now: UInt32 = 0
    var doorOpen = false
    var latchReleases = 0
    var restarts = 0
    /// Hundredths of a degree; nil: the thermometer is silent.
    var temperature: Int16? = 2150
    var sensorWorks = true
    /// Boxes left, by slot.
    var boxes: [UInt16: Int] = [0: 10, 1: 10, 7: 10]
    var jammed: Set<UInt16> = []
    var stuckAtHome: Set<UInt16> = []
    /// Boxes that hang, by slot: after how many extra quarter turns they fall.
    var hanging: [UInt16: Int] = [:]
    /// Boxes that fall by themselves, each so many milliseconds after the motor stopped.
    var fallsAfterStop: [UInt32] = []
    /// The light curtain is at the end of a line on which nobody answers; what fell is told when it is back.
    var isLineSilent = false
    private(set) var heardAt: UInt32 = 0
    private var stoppedAt: UInt32?
    private var lastTurned: UInt16?
    private(set) var dropped = 0
    private(set) var starts = 0
    var angle: [UInt16: Double] = [:]
    var turning: UInt16?
    var seen: UInt8 = 0
    var toController: [UInt8] = []
    var fromController: [Frame] = []
    private var decoder = FrameDecoder()

    func step() {
        now &+= 1
        if !isLineSilent { heardAt = now }
        if let stoppedAt, let slot = lastTurned, let delay = fallsAfterStop.first, now &- stoppedAt >= delay {
            fallsAfterStop.removeFirst()
            drop(from: slot)
        }
        guard let slot = turning, !stuckAtHome.contains(slot) else { return }
        let before = angle[slot, default: 0]
        if jammed.contains(slot), before >= 0.4 { return }
        let after = before + 1 / Self.turn
        angle[slot] = after
        let fallsAt = hanging[slot].map { 0.85 + Double($0) * 0.25 } ?? before.rounded(.down) + 0.75
        if before < fallsAt, after >= fallsAt, boxes[slot, default: 0] > 0 { drop(from: slot) }
    }

    private func drop(from slot: UInt16) {
        boxes[slot, default: 0] -= 1
        dropped += 1
        if sensorWorks { seen += 1 }
    }

    func start(_ slot: UInt16) {
        starts += 1
        turning = slot
        stoppedAt = nil
    }

    func stop() {
        if let turning {
            lastTurned = turning
            stoppedAt = now
        }
        turning = nil
    }

    /// An order begins: angles count from here.
    func arm() {
        seen = 0
        for (slot, position) in angle where position >= 0.99 { angle[slot] = max(0, position - 1) }
    }

    func isHome(_ slot: UInt16) -> Bool {
        let position = angle[slot, default: 0]
        let fraction = position - position.rounded(.down)
        return fraction < 0.04 || fraction > 0.995
    }

    func took(_ frame: EncodedFrame) {
        for index in 0..<frame.count {
            if let whole = try? decoder.push(frame.byte(at: index) ?? 0) { fromController.append(whole) }
        }
    }
}

struct TestBoard: DispenserBoard {
    typealias Storage = MemoryStorage

    struct Clock: MonotonicClock {
        let cabinet: TestCabinet
        func milliseconds() -> UInt32 { cabinet.now }
    }

    struct Link: SerialLink {
        let cabinet: TestCabinet
        mutating func receive() -> UInt8? { cabinet.toController.isEmpty ? nil : cabinet.toController.removeFirst() }
        mutating func send(_ frame: EncodedFrame) { cabinet.took(frame) }
    }

    struct Motors: SlotMotors {
        let cabinet: TestCabinet
        var slotCount: UInt16 { UInt16(cabinet.boxes.count) }
        func exists(_ slot: UInt16) -> Bool { cabinet.boxes[slot] != nil }
        mutating func start(_ slot: UInt16, for time: UInt32) { cabinet.start(slot) }
        mutating func stop() { cabinet.stop() }
        mutating func isHome(_ slot: UInt16) -> Bool { cabinet.isHome(slot) }
        mutating func current() -> UInt16 {
            guard let slot = cabinet.turning else { return 0 }
            return cabinet.jammed.contains(slot) && cabinet.angle[slot, default: 0] >= 0.4 ? 1500 : 300
        }
    }

    struct Drops: DropSensor {
        let cabinet: TestCabinet
        mutating func isWorking() -> Bool { cabinet.sensorWorks }
        mutating func arm() { cabinet.arm() }
        mutating func take() -> UInt8 {
            guard !cabinet.isLineSilent else { return 0 }
            defer { cabinet.seen = 0 }
            return cabinet.seen
        }
        mutating func age() -> UInt32 { cabinet.now &- cabinet.heardAt }
    }

    struct Door: DoorSwitch {
        let cabinet: TestCabinet
        mutating func isOpen() -> Bool { cabinet.doorOpen }
        mutating func release() { cabinet.latchReleases += 1 }
    }

    struct Heat: Thermometer {
        let cabinet: TestCabinet
        func read() -> Int16? { cabinet.temperature }
    }

    var clock: Clock
    var link: Link
    var motors: Motors
    var drops: Drops
    var door: Door
    var thermometer: Heat
    var limits: MotionLimits { MotionLimits(leaveHome: 100, turn: 600, dropWindow: 50, quarterTurn: 50) }
    var firmware = FirmwareVersion(major: 1, minor: 2, patch: 3)
    var flash: MemoryFlash
    var boot = BootReport(bank: 0, isTrial: false)
    var target: ImageTarget { TestImage.board }
    var updateKey: FixedBytes<32> { LaboratoryKey.publicKey }
    var hasLaboratoryKey: Bool { true }
    mutating func restart() { cabinet.restarts += 1 }
    var unit: UInt64 { 0x0123_4567_89AB_CDEF }

    private let cabinet: TestCabinet

    init(_ cabinet: TestCabinet, flash cells: FlashCells = FlashCells()) {
        self.cabinet = cabinet
        flash = MemoryFlash(cells: cells)
        clock = Clock(cabinet: cabinet)
        link = Link(cabinet: cabinet)
        motors = Motors(cabinet: cabinet)
        drops = Drops(cabinet: cabinet)
        door = Door(cabinet: cabinet)
        thermometer = Heat(cabinet: cabinet)
    }
}
