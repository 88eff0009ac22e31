import SimulatedDevices

/// The laboratory's medicine cabinet: the controller's code in this process, or its firmware's image in QEMU.
enum LabCabinet: Sendable {
    case simulated(SimulatedDispenser)
    case board(BoardDispenser)

    var device: any SimulatedUSBDevice {
        switch self {
        case .simulated(let cabinet): cabinet
        case .board(let board): board
        }
    }

    func start() async throws {
        if case .board(let board) = self { try await board.start() }
    }

    func stop() async {
        if case .board(let board) = self { await board.stop() }
    }

    /// Power off and on; a cabinet that is off answers nothing.
    func setPower(on: Bool) async throws {
        switch self {
        case .simulated(let cabinet): if on { await cabinet.reboot() } else { await cabinet.hang() }
        case .board(let board):
            await board.kill()
            if on { try await board.start() }
        }
    }

    /// In the middle of the next turn, before its box falls.
    func cutPowerInNextTurn() async {
        switch self {
        case .simulated(let cabinet): await cabinet.dieAfterStart(.powerLossBeforeDrop)
        case .board(let board): board.cutPowerInNextTurn()
        }
    }

    func jam(slot: Int) async throws {
        switch self {
        case .simulated(let cabinet): try await cabinet.jam(slot: slot)
        case .board(let board): try board.jam(slot: slot)
        }
    }

    func empty(slot: Int) async throws {
        switch self {
        case .simulated(let cabinet): try await cabinet.noDrop(slot: slot)
        case .board(let board): try board.noDrop(slot: slot)
        }
    }

    /// A technician clears the slot and turns its motor home; the controller is switched off and on.
    func clear(slot: Int) async throws {
        switch self {
        case .simulated(let cabinet): try await cabinet.repair(slot: slot)
        case .board(let board):
            try board.repair(slot: slot)
            try await setPower(on: true)
        }
    }

    func fill(slot: Int, boxes: Int) async throws {
        switch self {
        case .simulated(let cabinet): try await cabinet.refill(slot: slot, boxes: boxes)
        case .board(let board): try board.refill(slot: slot, boxes: boxes)
        }
    }

    /// Degrees Celsius; nil: the thermometer is silent.
    func setTemperature(_ degrees: Double?) async throws {
        switch self {
        case .simulated(let cabinet): await cabinet.setTemperature(degrees)
        case .board(let board):
            guard let degrees else { throw LabError("the emulated board's thermometer can't be silenced") }
            try await board.setTemperature(degrees)
        }
    }

    func setDoor(open: Bool) async {
        switch self {
        case .simulated(let cabinet): if open { await cabinet.openDoor() } else { await cabinet.closeDoor() }
        case .board(let board): board.setDoor(open: open)
        }
    }

    func corruptNextFrame() async throws { await (try inProcess()).corruptNextFrame() }
    func loseNextReply() async throws { await (try inProcess()).loseNextReply() }

    var droppedBoxes: Int {
        get async {
            switch self {
            case .simulated(let cabinet): await cabinet.droppedBoxes
            case .board(let board): board.droppedBoxes
            }
        }
    }

    private func inProcess() throws -> SimulatedDispenser {
        guard case .simulated(let cabinet) = self else {
            throw LabError("the emulated board's frames can't be touched")
        }
        return cabinet
    }
}
