import DispenserKit

/// The least that is a board: it makes every generic of the controller into machine code.
///
/// Everything that it says comes from bytes that the compiler does not know, so that it can leave nothing out.
struct ProbeBoard: DispenserBoard {
    struct Clock: MonotonicClock {
        var now: UInt32 = 0
        mutating func milliseconds() -> UInt32 {
            now &+= 1
            return now
        }
    }

    struct Input {
        let bytes: UnsafePointer<UInt8>
        let count: Int
        var position = 0

        mutating func next() -> UInt8? {
            guard position < count else { return nil }
            position += 1
            return bytes[position - 1]
        }
    }

    struct Link: SerialLink {
        var input: Input
        var last: UInt8 = 0
        mutating func receive() -> UInt8? { input.next() }
        mutating func send(_ frame: EncodedFrame) { last = frame.byte(at: 1) ?? 0 }
    }

    struct Motors: SlotMotors {
        var input: Input
        var turning: UInt16?
        var slotCount: UInt16 { 100 }
        func exists(_ slot: UInt16) -> Bool { slot < slotCount }
        mutating func start(_ slot: UInt16) { turning = slot }
        mutating func stop() { turning = nil }
        mutating func isHome(_ slot: UInt16) -> Bool { input.next() == UInt8(truncatingIfNeeded: slot) }
        mutating func current() -> UInt16 { UInt16(input.next() ?? 0) << 4 }
    }

    struct Drops: DropSensor {
        var input: Input
        mutating func isWorking() -> Bool { input.next() != 1 }
        mutating func arm() {}
        mutating func take() -> UInt8 { input.next() ?? 0 }
    }

    struct Door: DoorSwitch {
        var input: Input
        mutating func isOpen() -> Bool { input.next() == 2 }
    }

    struct Storage: JournalStorage {
        var memory = InlineArray<4096, UInt8>(repeating: 0xFF)
        var pageSize: Int { 2048 }
        mutating func read(at address: Int) throws(StorageError) -> JournalBytes {
            guard address >= 0, address + 32 <= 4096 else { throw StorageError() }
            var bytes = JournalBytes()
            for offset in 0..<32 { bytes.append(memory[address + offset]) }
            return bytes
        }
        mutating func write(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
            guard address >= 0, address + 32 <= 4096 else { throw StorageError() }
            for offset in 0..<32 { memory[address + offset] = bytes.byte(at: offset) ?? 0xFF }
        }
    }

    var clock = Clock()
    var link: Link
    var motors: Motors
    var drops: Drops
    var door: Door
    var limits: MotionLimits { MotionLimits() }
    var firmware: FirmwareVersion { FirmwareVersion(major: 0, minor: 1, patch: 0) }
    var unit: UInt64 { 0 }
}

/// Runs the controller; never called, only compiled.
@c(dispenser_probe) public func dispenserProbe(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
    let input = ProbeBoard.Input(bytes: bytes, count: count)
    let board = ProbeBoard(
        link: .init(input: input), motors: .init(input: input), drops: .init(input: input), door: .init(input: input))
    var controller = Controller(board: board, storage: ProbeBoard.Storage())
    for _ in 0..<1000 { controller.poll() }
    return controller.journal.highWaterMark &+ controller.brokenFrames &+ UInt32(controller.board.link.last)
}
