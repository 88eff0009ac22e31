import DispenserKit

/// A controller with its cabinet and memory, asked by frames only.
final class Rig {
    let cabinet = TestCabinet()
    let memory: Memory
    let flash: FlashCells
    /// A planted bug: the bootloader says that the other bank runs.
    var namesTheWrongBank = false
    var controller: Controller<TestBoard>
    private var sequence: UInt16 = 0

    init(memory: Memory = Memory(), flash: FlashCells = FlashCells()) {
        self.memory = memory
        self.flash = flash
        controller = Controller(board: TestBoard(cabinet, flash: flash), storage: MemoryStorage(memory: memory))
    }

    /// The controller as the bootloader starts it; false where no bank holds an image that runs.
    func boot() -> Bool {
        flash.restore()
        var banks = MemoryFlash(cells: flash)
        guard let choice = BootChoice(for: TestImage.board, from: &banks) else { return flash.isOff }
        var board = TestBoard(cabinet, flash: flash)
        board.boot = choice.report
        if namesTheWrongBank { board.boot.bank = 1 - choice.report.bank }
        board.firmware = choice.header.version
        memory.restore()
        cabinet.toController = []
        controller = Controller(board: board, storage: MemoryStorage(memory: memory))
        return true
    }

    /// The motor stands where it stood; everything the controller had in mind is gone.
    func reboot() {
        memory.restore()
        cabinet.toController = []
        controller = Controller(board: TestBoard(cabinet, flash: flash), storage: MemoryStorage(memory: memory))
    }

    /// Sends a request; the first reply to it.
    func ask(_ request: Request) -> Reply? {
        sequence &+= 1
        put(request.frame(sequence: sequence).encoded())
        cabinet.fromController = []
        controller.poll()
        guard let frame = cabinet.fromController.first, frame.sequence == sequence else { return nil }
        return try? Reply(frame)
    }

    func put(_ frame: EncodedFrame) {
        for index in 0..<frame.count { cabinet.toController.append(frame.byte(at: index) ?? 0) }
    }

    /// Lets time pass until nothing moves; the last report that came of itself.
    @discardableResult
    func settle(limit: Int = 10_000) -> TransactionReport? {
        cabinet.fromController = []
        for _ in 0..<limit where controller.isMoving && !memory.isOff { tick() }
        guard let frame = cabinet.fromController.last, case .transaction(let report)? = try? Reply(frame) else {
            return nil
        }
        return report
    }

    func tick() {
        cabinet.step()
        controller.poll()
    }

    func dispense(_ transaction: UInt32, slot: UInt16 = 1, count: UInt8 = 1) -> Reply? {
        ask(.dispense(DispenseOrder(transaction: transaction, slot: slot, count: count)))
    }

    func query(_ transaction: UInt32) -> TransactionState? {
        if case .transaction(let report)? = ask(.query(transaction: transaction)) { report.state } else { nil }
    }

    func status(slot: UInt16 = 1) -> CabinetStatus? {
        if case .status(let status)? = ask(.status(slot: slot)) { status } else { nil }
    }
}
