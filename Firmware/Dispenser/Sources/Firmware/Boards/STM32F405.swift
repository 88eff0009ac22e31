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
        // About 4 seconds of the 32 kHz oscillator.
        Register(watchdog).value = 0x5555
        Register(watchdog + 4).value = 6
        Register(watchdog + 8).value = 500
        Register(watchdog).value = 0xAAAA
        Register(watchdog).value = 0xCCCC
        CortexM4.wake(every: clockRate / 1000, on: 0)
    }

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
