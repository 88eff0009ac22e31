#if BOARD_STM32F405
import DispenserKit
import _Volatile

/// A board with an STM32F405 on its internal 16 MHz oscillator. Compiled and linked; not yet run on hardware.
///
/// Host link: USART2 on PA2 and PA3. Motor bus: USART3 on PB10 and PB11. EEPROM: PB6 (clock) and PB7 (data), with
/// pull-ups. Registers: ST RM0090.
enum HostBoard {
    static var flashStart: UInt { 0x0800_0000 }
    /// The 96-bit unique number (RM0090 39.1), folded.
    static var unit: UInt64 {
        let base: UInt = 0x1FFF_7A10
        let low = Register(base).value ^ Register(base + 8).value
        return UInt64(Register(base + 4).value) << 32 | UInt64(low)
    }

    fileprivate static var clockRate: UInt32 { 16_000_000 }
    private static var watchdog: UInt { 0x4000_3000 }
    fileprivate static var portA: UInt { 0x4002_0000 }
    fileprivate static var portB: UInt { 0x4002_0400 }

    static func start() {
        // Ports A and B, DMA 1; TIM2, USART2, USART3.
        Register(0x4002_3830).set(1 << 0 | 1 << 1 | 1 << 21)
        Register(0x4002_3840).set(1 << 0 | 1 << 17 | 1 << 18)
        alternate(portA, pin: 2)
        alternate(portA, pin: 3)
        alternate(portB, pin: 10)
        alternate(portB, pin: 11)
        // Open drain, released, output.
        Register(portB + 4).set(1 << 6 | 1 << 7)
        Register(portB + 0x18).value = 1 << 6 | 1 << 7
        Register(portB).set(1 << 12 | 1 << 14)
        Serial.host.start()
        Serial.motors.start()
        Clock.start()
        startWatchdog()
        CortexM4.wake(every: clockRate / 1000, on: 0)
    }

    /// About 4 seconds of the 32 kHz oscillator.
    static func startWatchdog() {
        Register(watchdog).value = 0x5555
        Register(watchdog + 4).value = 6
        Register(watchdog + 8).value = 500
        Register(watchdog).value = 0xAAAA
        Register(watchdog).value = 0xCCCC
    }

    static var target: ImageTarget { ImageTarget(board: 2, loadAddress: 0x2000_0000, capacity: 40 * 1024) }
    static func flash() -> Flash { Flash() }
    /// Waits until the last byte to the host has left the USART (TC).
    static func drain() { while Register(0x4000_4400).value & 1 << 6 == 0 {} }

    /// Alternate function 7: USART 1 to 3.
    private static func alternate(_ port: UInt, pin: UInt32) {
        let select = Register(port + (pin < 8 ? 0x20 : 0x24))
        select.clear(15 << ((pin & 7) * 4))
        select.set(7 << ((pin & 7) * 4))
        Register(port).clear(3 << (pin * 2))
        Register(port).set(2 << (pin * 2))
    }

    static func kickWatchdog() { Register(watchdog).value = 0xAAAA }
    static func rest() { CortexM4.sleep() }
    static func clock() -> Clock { Clock() }
    static func hostLink() -> Serial { Serial.host }
    static func motorLink() -> Serial { Serial.motors }
    static func eepromLines() -> Lines { Lines() }

    /// TIM2, which counts milliseconds through all its 32 bits.
    struct Clock: MonotonicClock {
        private static var base: UInt { 0x4000_0000 }

        static func start() {
            Register(base + 0x28).value = HostBoard.clockRate / 1000 - 1
            Register(base + 0x2C).value = .max
            // The prescaler is taken over by an update.
            Register(base + 0x14).value = 1
            Register(base).value = 1
        }

        mutating func milliseconds() -> UInt32 { Register(Self.base + 0x24).value }
    }

    /// A USART whose receiver fills a ring by DMA: nothing is lost while the EEPROM is written.
    struct Serial: SerialLink {
        private static var ringSize: UInt32 { 1024 }
        /// SRAM2, which the linker script leaves alone.
        static var host: Serial { Serial(base: 0x4000_4400, stream: 5, ring: 0x2001_C000) }
        static var motors: Serial { Serial(base: 0x4000_4800, stream: 1, ring: 0x2001_C400) }

        let base: UInt
        let stream: UInt
        let ring: UInt
        private var taken: UInt32 = 0

        private init(base: UInt, stream: UInt, ring: UInt) {
            self.base = base
            self.stream = stream
            self.ring = ring
        }

        private var dma: UInt { 0x4002_6010 + 0x18 * stream }

        func start() {
            Register(dma).value = 0
            while Register(dma).value & 1 != 0 {}
            Register(dma + 4).value = Self.ringSize
            Register(dma + 8).value = UInt32(base + 4)
            Register(dma + 12).value = UInt32(ring)
            // Channel 4, memory address grows, circular, enabled (RM0090 10.5.5).
            Register(dma).value = 4 << 25 | 1 << 10 | 1 << 8 | 1
            Register(base + 8).value = HostBoard.clockRate / 115_200
            // Receiver by DMA; USART, transmitter and receiver on.
            Register(base + 0x14).value = 1 << 6
            Register(base + 0x0C).value = 1 << 13 | 1 << 3 | 1 << 2
        }

        mutating func receive() -> UInt8? {
            let written = (Self.ringSize &- Register(dma + 4).value) & (Self.ringSize - 1)
            guard written != taken else { return nil }
            let byte = VolatileMappedRegister<UInt8>(unsafeBitPattern: ring + UInt(taken)).load()
            taken = (taken + 1) & (Self.ringSize - 1)
            return byte
        }

        mutating func send(_ frame: EncodedFrame) {
            for index in 0..<frame.count {
                while Register(base).value & 1 << 7 == 0 {}
                Register(base + 4).value = UInt32(frame.byte(at: index) ?? 0)
            }
        }
    }

    /// Sectors 5 and 6 of the flash, 128 KiB each (RM0090 3.6). Nothing runs from flash meanwhile: an erasure takes up
    /// to two seconds, in which every read of it would wait.
    struct Flash: BankFlash {
        private static var base: UInt { 0x4002_3C00 }
        private static var isBusy: UInt32 { 1 << 16 }
        private static var errors: UInt32 { 0xF2 }
        /// Words of 32 bits, for 2.7 V and more.
        private static var parallel: UInt32 { 2 << 8 }

        var bankSize: Int { 0x20000 }

        func erase(bank: Int) throws(StorageError) {
            HostBoard.kickWatchdog()
            unlock()
            let sector = UInt32(5 + (bank & 1))
            Register(Self.base + 0x10).value = Self.parallel | sector << 3 | 1 << 1
            Register(Self.base + 0x10).set(1 << 16)
            try finish()
        }

        func program(_ unit: FlashUnit, bank: Int, at address: Int) throws(StorageError) {
            try check(address)
            unlock()
            Register(Self.base + 0x10).value = Self.parallel | 1
            for word in 0..<8 {
                var value: UInt32 = 0
                for byte in 0..<4 { value |= UInt32(unit.byte(at: word * 4 + byte) ?? 0xFF) << UInt32(8 * byte) }
                Register(start(bank) + UInt(address + word * 4)).value = value
                while Register(Self.base + 0x0C).value & Self.isBusy != 0 {}
            }
            try finish()
        }

        func read(bank: Int, at address: Int) throws(StorageError) -> FlashUnit {
            try check(address)
            return FlashUnit(wordsAt: start(bank) + UInt(address))
        }

        private func unlock() {
            if Register(Self.base + 0x10).value & 1 << 31 != 0 {
                Register(Self.base + 4).value = 0x4567_0123
                Register(Self.base + 4).value = 0xCDEF_89AB
            }
            Register(Self.base + 0x0C).value = Self.errors
        }

        private func finish() throws(StorageError) {
            while Register(Self.base + 0x0C).value & Self.isBusy != 0 {}
            let failed = Register(Self.base + 0x0C).value & Self.errors != 0
            // Locked until the next time.
            Register(Self.base + 0x10).value = 1 << 31
            if failed { throw StorageError() }
        }

        private func start(_ bank: Int) -> UInt { 0x0802_0000 + UInt(bank & 1) * UInt(bankSize) }

        private func check(_ address: Int) throws(StorageError) {
            guard address >= 0, address % 32 == 0, address + 32 <= bankSize else { throw StorageError() }
        }
    }

    struct Lines: I2CLines {
        mutating func clock(_ high: Bool) { set(6, high) }
        mutating func data(_ high: Bool) { set(7, high) }
        mutating func isDataHigh() -> Bool { Register(HostBoard.portB + 0x10).value & 1 << 7 != 0 }

        /// Sixteen reads of a port on a slower bus: 5 µs or more at 16 MHz.
        mutating func pause() {
            for _ in 0..<16 { _ = Register(HostBoard.portB + 0x10).value }
        }

        private func set(_ pin: UInt32, _ high: Bool) {
            Register(HostBoard.portB + 0x18).value = 1 << (high ? pin : pin + 16)
        }
    }
}
#endif
