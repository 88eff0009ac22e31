#if BOARD_MPS2_AN386
import DispenserKit

/// Arm's MPS2 board with the AN386 image (a Cortex-M4 at 25 MHz), as QEMU has it: the board of the tests.
///
/// Registers: Arm Cortex-M System Design Kit (DDI 0479), chapter 4; AN386 (DAI 0386), memory map.
enum HostBoard {
    static var flashStart: UInt { 0 }
    /// This board has no number of its own.
    static var unit: UInt64 { 0x0386_0000_0000_0001 }

    private static var clockRate: UInt32 { 25_000_000 }
    private static var watchdog: UInt { 0x4000_8000 }

    static func start() {
        Serial.start(0x4000_4000)
        Serial.start(0x4000_5000)
        Clock.start()
        startWatchdog()
        // Every 4 ms, and when a byte came over either line.
        CortexM4.wake(every: clockRate / 250, on: 1 << 0 | 1 << 2)
    }

    /// Warns after four seconds and resets after four more.
    static func startWatchdog() {
        Register(watchdog + 0xC00).value = 0x1ACC_E551
        Register(watchdog).value = clockRate * 4
        Register(watchdog + 8).value = 3
    }

    static var target: ImageTarget { ImageTarget(board: 1, loadAddress: 0x2000_0000, capacity: 40 * 1024) }
    static func flash() -> Flash { Flash() }
    /// What was sent has left: the UART is emulated without its shift register.
    static func drain() {}

    static func kickWatchdog() { Register(watchdog + 12).value = 1 }

    static func rest() { CortexM4.sleep() }

    static func clock() -> Clock { Clock() }
    static func hostLink() -> Serial { Serial(base: 0x4000_4000) }
    static func motorLink() -> Serial { Serial(base: 0x4000_5000) }
    static func eepromLines() -> Lines { Lines() }

    /// Timer 0, which counts down through all its 32 bits.
    struct Clock: MonotonicClock {
        private static var base: UInt { 0x4000_0000 }

        private var last = Register(base + 4).value
        private var rest: UInt32 = 0
        private var time: UInt32 = 0

        static func start() {
            Register(base + 8).value = .max
            Register(base + 4).value = .max
            Register(base).value = 1
        }

        /// Right as long as it is asked at least every two minutes.
        mutating func milliseconds() -> UInt32 {
            let now = Register(Self.base + 4).value
            let passed = last &- now
            let cycles = HostBoard.clockRate / 1000
            last = now
            rest &+= passed % cycles
            time &+= passed / cycles
            if rest >= cycles {
                rest &-= cycles
                time &+= 1
            }
            return time
        }
    }

    /// A UART with one byte of buffer in each direction; QEMU holds the sender back while it is full.
    struct Serial: SerialLink {
        let base: UInt

        static func start(_ base: UInt) {
            Register(base + 16).value = HostBoard.clockRate / 115_200
            // Transmitter, receiver, and the receiver's interrupt.
            Register(base + 8).value = 1 | 2 | 8
        }

        mutating func receive() -> UInt8? {
            Register(base + 12).value = 2
            guard Register(base + 4).value & 2 != 0 else { return nil }
            return UInt8(truncatingIfNeeded: Register(base).value)
        }

        mutating func send(_ frame: EncodedFrame) {
            for index in 0..<frame.count {
                while Register(base + 4).value & 1 != 0 {}
                Register(base).value = UInt32(frame.byte(at: index) ?? 0)
            }
        }
    }

    /// This board has no flash that QEMU would keep: its 16 MiB of external RAM stand for it, backed by a file. They are
    /// treated as flash is: erased whole, and bits only cleared in between.
    struct Flash: BankFlash {
        private static var base: UInt { 0x2100_0000 }

        var bankSize: Int { 0x10000 }

        func erase(bank: Int) throws(StorageError) {
            for offset in stride(from: 0, to: UInt(bankSize), by: 4) { Register(start(bank) + offset).value = .max }
        }

        func program(_ unit: FlashUnit, bank: Int, at address: Int) throws(StorageError) {
            try check(address)
            for word in 0..<8 {
                var value: UInt32 = 0
                for byte in 0..<4 { value |= UInt32(unit.byte(at: word * 4 + byte) ?? 0xFF) << UInt32(8 * byte) }
                Register(start(bank) + UInt(address + word * 4)).value &= value
            }
        }

        func read(bank: Int, at address: Int) throws(StorageError) -> FlashUnit {
            try check(address)
            return FlashUnit(wordsAt: start(bank) + UInt(address))
        }

        private func start(_ bank: Int) -> UInt { Self.base + UInt(bank & 1) * UInt(bankSize) }

        private func check(_ address: Int) throws(StorageError) {
            guard address >= 0, address % 32 == 0, address + 32 <= bankSize else { throw StorageError() }
        }
    }

    /// The I2C bus of the second shield connector, by its bit-bang register.
    struct Lines: I2CLines {
        private static var base: UInt { 0x4002_A000 }

        mutating func clock(_ high: Bool) { Register(Self.base + (high ? 0 : 4)).value = 1 }
        mutating func data(_ high: Bool) { Register(Self.base + (high ? 0 : 4)).value = 2 }
        mutating func isDataHigh() -> Bool { Register(Self.base).value & 2 != 0 }
        /// The emulated chip answers at once.
        mutating func pause() {}
    }
}
#endif
