import DispenserKit
import KioskPlatform
import Synchronization

/// The board with the motor drivers, at the far end of the controller's motor bus, and the mechanics behind it.
///
/// A motor stops by itself when it is home again, when its time is over, and when the controller has been silent for a
/// second. Time goes in steps of a millisecond, of which as many are made up as real time has passed.
final class MotorDriverSimulation: Sendable {
    private static let patience: UInt32 = 1000
    /// The part of a turn in which it is interrupted: the motor has left home, and the box has not fallen.
    private static let interruptible = 0.3..<0.7

    /// What the script does in the middle of a turn. It stands in the simulation's own time: whoever looked at the turn
    /// from outside would come too late on a busy machine.
    enum Interruption: Sendable {
        /// It answers nothing any more.
        case hang
        /// It loses power for a moment, and what it counted.
        case restart
        /// It answers nothing until `regainPower`; then what else is to lose its power at once.
        case powerLoss(@Sendable () -> Void)
    }

    private struct State {
        let plant: CabinetPlant
        var ledger: DropLedger
        var decoder = FrameDecoder()
        var epoch = UInt16.random(in: 1...UInt16.max)
        var motion: UInt16 = 0
        var startedAt: UInt32 = 0
        var heardAt: UInt32 = 0
        var time: UInt32 = 0
        var hasLeftHome = false
        var drops: UInt8 = 0
        var isHung = false
        /// Of the next turn.
        var interruption: Interruption?
        var hasLostPower = false
        var lastStep = ContinuousClock.now
    }

    private let state: Mutex<State>

    /// What really falls is noted in the file `ledgerPath`, under transaction 0: this board knows no transactions.
    init(slots: [UInt16: Int], turnTime: Double, ledgerPath: String) throws {
        let ledger = try DropLedger(path: ledgerPath)
        state = Mutex(State(plant: CabinetPlant(slots: slots, turnTime: turnTime), ledger: ledger))
    }

    /// Takes bytes from the bus; what goes back.
    func receive(_ bytes: [UInt8]) -> [UInt8] {
        state.withLock { state in
            Self.catchUp(&state)
            var answer: [UInt8] = []
            for byte in bytes {
                guard let frame = try? state.decoder.push(byte), !state.isHung else { continue }
                guard let message = try? MotorBusMessage(frame) else { continue }
                guard let reply = Self.reply(to: message, &state) else { continue }
                let wire = reply.frame(sequence: frame.sequence).encoded()
                answer += (0..<wire.count).compactMap { wire.byte(at: $0) }
            }
            return answer
        }
    }

    private static func reply(to message: MotorBusMessage, _ state: inout State) -> MotorBusMessage? {
        switch message {
        case .describe:
            var slots = SlotSet()
            for slot in state.plant.slots.keys { slots.insert(slot) }
            return .description(
                MotorBusDescription(turnTime: UInt16(clamping: Int(state.plant.turnTime)), slots: slots))
        case .command(let command):
            state.heardAt = state.plant.milliseconds
            perform(command, &state)
            return .state(report(state))
        case .releaseLatch:
            state.heardAt = state.plant.milliseconds
            if state.plant.turning == nil { state.plant.releaseLatch() }
            return .state(report(state))
        case .description, .state: return nil
        }
    }

    private static func perform(_ command: MotorCommand, _ state: inout State) {
        switch command.action {
        case .stop: state.plant.stop()
        case .keep: if command.motion != state.motion { state.plant.stop() }
        case .start:
            guard command.motion != state.motion else { return }
            state.motion = command.motion
            state.startedAt = state.plant.milliseconds
            state.time = command.time
            state.hasLeftHome = false
            state.plant.start(command.slot)
        }
    }

    private static func report(_ state: State) -> MotorBusState {
        var report = MotorBusState(epoch: state.epoch, motion: state.motion)
        report.isDoorOpen = state.plant.isDoorOpen
        report.isCurtainBlind = state.plant.isSensorBlind
        report.isTurning = state.plant.turning != nil
        report.hasLeftHome = state.hasLeftHome
        report.current = state.plant.current
        report.drops = state.drops
        for slot in state.plant.slots.keys where state.plant.isHome(slot) { report.home.insert(slot) }
        return report
    }

    // MARK: Time

    private static func catchUp(_ state: inout State) {
        let (seconds, attoseconds) = (ContinuousClock.now - state.lastStep).components
        let elapsed = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard elapsed > 0 else { return }
        state.lastStep = state.lastStep.advanced(by: .milliseconds(elapsed))
        for step in 0..<elapsed {
            guard let turning = state.plant.turning else {
                state.plant.rest(UInt32(truncatingIfNeeded: elapsed - step))
                break
            }
            advance(turning, &state)
        }
    }

    private static func advance(_ turning: UInt16, _ state: inout State) {
        if let slot = state.plant.step() {
            if !state.plant.isSensorBlind { state.drops &+= 1 }
            do {
                try state.ledger.note(transaction: 0, slot: Int(slot))
            } catch {
                // Without its ledger the laboratory proves nothing: it stops rather than go on uncounted.
                state.isHung = true
            }
        }
        if let interruption = state.interruption,
            interruptible.contains(state.plant.turningAngle.truncatingRemainder(dividingBy: 1))
        {
            state.interruption = nil
            state.plant.stop()
            return interrupt(&state, by: interruption)
        }
        let isHome = state.plant.isHome(turning)
        if !isHome { state.hasLeftHome = true }
        let now = state.plant.milliseconds
        if isHome && state.hasLeftHome || now &- state.startedAt >= state.time || now &- state.heardAt >= patience
            || state.isHung
        {
            state.plant.stop()
        }
    }
}

// MARK: - The script, and what really happened

extension MotorDriverSimulation {
    func interruptNextTurn(by interruption: Interruption) {
        state.withLock {
            $0.interruption = interruption
            $0.hasLostPower = false
        }
    }

    private static func interrupt(_ state: inout State, by interruption: Interruption) {
        switch interruption {
        case .hang: state.isHung = true
        case .restart: restart(&state)
        case .powerLoss(let cut):
            state.hasLostPower = true
            state.isHung = true
            cut()
        }
    }

    func change(_ slot: UInt16, _ body: (inout CabinetPlant.Slot) -> Void) throws(SimulatedCabinetError) {
        let isThere = state.withLock { state in
            Self.catchUp(&state)
            guard var changed = state.plant.slots[slot] else { return false }
            body(&changed)
            state.plant.slots[slot] = changed
            return true
        }
        guard isThere else { throw .noSuchSlot(Int(slot)) }
    }

    func setDoor(open: Bool) { withPlant { $0.isDoorOpen = open } }
    func setSensor(blind: Bool) { withPlant { $0.isSensorBlind = blind } }

    /// It answers again after a hang, in which its motors stood.
    func wake() { state.withLock { $0.isHung = false } }

    var isToInterruptATurn: Bool { state.withLock { $0.interruption != nil } }

    var hasLostPower: Bool {
        state.withLock { state in
            Self.catchUp(&state)
            return state.hasLostPower
        }
    }

    func regainPower() {
        state.withLock { state in
            Self.catchUp(&state)
            Self.restart(&state)
            state.isHung = false
            state.hasLostPower = false
        }
    }

    private static func restart(_ state: inout State) {
        state.plant.stop()
        state.epoch &+= 1
        state.motion = 0
        state.drops = 0
        state.hasLeftHome = false
        state.decoder.reset()
    }

    var droppedBoxes: Int {
        state.withLock { state in
            Self.catchUp(&state)
            return state.ledger.total
        }
    }

    func droppedBoxes(slot: Int) -> Int {
        state.withLock { state in
            Self.catchUp(&state)
            return state.ledger.total(slot: slot)
        }
    }

    private func withPlant(_ body: (CabinetPlant) -> Void) {
        state.withLock { state in
            Self.catchUp(&state)
            body(state.plant)
        }
    }
}
