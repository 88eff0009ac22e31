import DispenserKit
import KioskPlatform

/// The controller's own code running on simulated mechanics, as fast as real time allows.
///
/// Time goes in steps of a millisecond, of which as many are made up as real time has passed: a loaded machine makes
/// a turn late, never too long.
actor CabinetSimulation {
    private let plant: CabinetPlant
    private let journal: JournalFile
    private let flash: FlashFile
    private let unit: UInt64
    private let hasLaboratoryKey: Bool
    private let function: CDCACMFunction
    private var controller: Controller<SimulatedBoard>
    private var ledger: DropLedger
    private var lastStep = ContinuousClock.now
    private var ticking = false
    private var isHung = false
    /// Whether time is to stand still in the next motion, and whether it does.
    private var holds = false
    private(set) var isHeld = false
    private var death: SimulatedDeath?
    private var corrupting: SimulatedReplyKind?
    private var corruptingEach: SimulatedReplyKind?
    private var losing: SimulatedReplyKind?

    init(
        journalPath: String, slots: [UInt16: Int], turnTime: Double, unit: UInt64, hasLaboratoryKey: Bool,
        function: CDCACMFunction
    ) throws {
        let plant = CabinetPlant(slots: slots, turnTime: turnTime)
        let journal = try JournalFile(path: journalPath)
        self.plant = plant
        self.journal = journal
        self.unit = unit
        self.hasLaboratoryKey = hasLaboratoryKey
        self.function = function
        ledger = try DropLedger(path: journalPath + ".drops")
        var flash = try FlashFile(path: journalPath + ".flash")
        if BootChoice(for: FirmwareImage.simulatedBoard, from: &flash) == nil {
            try FirmwareImage.simulated(version: Self.factoryVersion).deliver(to: &flash)
        }
        self.flash = flash
        let board = try SimulatedBoard(plant, flash: flash, unit: unit, hasLaboratoryKey: hasLaboratoryKey)
        controller = Controller(board: board, storage: journal)
    }

    /// Of the firmware with which a simulated cabinet is delivered.
    private static let factoryVersion = "0.4.0"

    // MARK: The wire

    func receive(_ bytes: [UInt8]) {
        catchUp()
        guard !isHung else { return }
        plant.toController += bytes
        poll()
        sendReplies()
        startTicking()
    }

    /// Bytes on the wire that no frame explains.
    func sendNoise(_ bytes: [UInt8]) { function.output.push(bytes) }

    // MARK: The script

    func change(_ slot: UInt16, _ body: @Sendable (inout CabinetPlant.Slot) -> Void) throws(SimulatedCabinetError) {
        catchUp()
        guard var changed = plant.slots[slot] else { throw .noSuchSlot(Int(slot)) }
        body(&changed)
        plant.slots[slot] = changed
    }

    func setDoor(open: Bool) {
        catchUp()
        plant.isDoorOpen = open
    }

    var isDoorOpen: Bool { plant.isDoorOpen }

    func setSensor(blind: Bool) {
        catchUp()
        plant.isSensorBlind = blind
    }

    func setTemperature(_ hundredths: Int16?) { plant.temperature = hundredths }

    /// Time passes at once, as on the controller's clock, with nothing turning: the log takes its readings in it.
    func pass(_ milliseconds: UInt32) {
        catchUp()
        guard !isMoving() else { return }
        rest(Int64(milliseconds))
        poll()
    }

    func corruptNext(_ kind: SimulatedReplyKind) { corrupting = kind }
    func corruptEach(_ kind: SimulatedReplyKind?) { corruptingEach = kind }
    func loseNext(_ kind: SimulatedReplyKind) { losing = kind }
    func die(_ death: SimulatedDeath) { self.death = death }

    func dieInJournalWrite(_ writes: Int, bytes: Int) { journal.cut = (max(0, writes), bytes) }

    func hang() {
        isHung = true
        plant.stop()
    }

    func holdNextTurn() { holds = true }

    func letGo() {
        holds = false
        guard isHeld else { return }
        isHeld = false
        lastStep = .now
    }

    /// Power off and on. Motors stand, unread bytes are gone, the journal stays.
    func reboot() {
        plant.stop()
        plant.toController = []
        plant.fromController = []
        isHung = false
        letGo()
        journal.isOff = false
        lastStep = .now
        do throws(StorageError) {
            let board = try SimulatedBoard(plant, flash: flash, unit: unit, hasLaboratoryKey: hasLaboratoryKey)
            controller = Controller(board: board, storage: journal)
        } catch {
            // No image starts: the board is as silent as one that hangs.
            isHung = true
        }
    }

    // MARK: What really happened

    func droppedBoxes() -> Int {
        catchUp()
        return ledger.total
    }

    func droppedBoxes(transaction: UInt32) -> Int {
        catchUp()
        return ledger.total(transaction: transaction)
    }

    func boxes(in slot: UInt16) -> Int? { plant.slots[slot]?.boxes }
    func journalWrites() -> Int { journal.writes }
    func heldOutcomes() -> Int { Int(controller.journal.heldCount) }
    func isMoving() -> Bool { controller.isMoving && !isHung }
    func isAnswering() -> Bool { !isHung }

    // MARK: Time

    private func startTicking() {
        guard !ticking, isMoving() || controller.isChecking else { return }
        ticking = true
        Task {
            while isMoving() || controller.isChecking && !isHung {
                try? await Task.sleep(for: .milliseconds(4))
                catchUp()
                // The image is read and checked a little at a time.
                for _ in 0..<8 where controller.isChecking && !isHung { poll() }
            }
            ticking = false
        }
    }

    private func catchUp() {
        let now = ContinuousClock.now
        let (seconds, attoseconds) = (now - lastStep).components
        let elapsed = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard elapsed > 0, !isHeld else { return }
        lastStep = lastStep.advanced(by: .milliseconds(elapsed))
        for step in 0..<elapsed where !isHeld {
            guard isMoving() else {
                rest(elapsed - step)
                break
            }
            advance()
        }
        sendReplies()
    }

    /// Nothing turns; the controller looks at its thermometer meanwhile.
    private func rest(_ milliseconds: Int64) {
        var left = milliseconds
        while left > 0 {
            let step = min(left, 60_000)
            plant.rest(UInt32(step))
            left -= step
            if !isHung, left > 0 { poll() }
        }
    }

    private func advance() {
        let order = controller.runningOrder
        if let slot = plant.step() {
            do {
                try ledger.note(transaction: order?.transaction ?? 0, slot: Int(slot))
            } catch {
                // Without its ledger the laboratory proves nothing: it stops rather than go on uncounted.
                return hang()
            }
            if death?.isAfterDrop ?? false { return dieNow() }
        }
        if let death, !death.isAfterDrop, plant.turningAngle > 0.3 { return dieNow() }
        if holds, plant.turningAngle > 0.3 { isHeld = true }
        poll()
    }

    private func poll() {
        controller.poll()
        if plant.wantsRestart {
            plant.wantsRestart = false
            sendReplies()
            reboot()
        }
        if journal.isOff { reboot() }
    }

    private func dieNow() {
        defer { death = nil }
        if death == .journalLossAfterDrop { journal.erase() }
        if death == .hang { hang() } else { reboot() }
    }

    private func sendReplies() {
        let frames = plant.fromController
        plant.fromController = []
        for frame in frames {
            var bytes = (0..<frame.count).compactMap { frame.byte(at: $0) }
            if let kind = losing, kind.matches(frame) {
                losing = nil
                continue
            }
            let isNext = corrupting?.matches(frame) == true
            if isNext { corrupting = nil }
            if isNext || corruptingEach?.matches(frame) == true {
                // Another byte than zero, so that it stays one frame and its CRC is wrong.
                let middle = bytes.count / 2
                bytes[middle] = bytes[middle] == 0x55 ? 0xAA : 0x55
            }
            if function.isListening { function.output.push(bytes) }
        }
    }
}
