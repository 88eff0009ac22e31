/// The two wires of an I2C bus, pulled up; false pulls down.
public protocol I2CLines {
    mutating func clock(_ high: Bool)
    mutating func data(_ high: Bool)
    mutating func isDataHigh() -> Bool
    /// Half a period of the clock: 5 µs for 100 kHz.
    mutating func pause()
}

/// A master on an I2C bus, bit by bit (NXP UM10204, section 3.1).
public struct I2CBus<Lines: I2CLines> {
    private var lines: Lines

    public init(lines: consuming Lines) { self.lines = lines }

    /// Ends what a reset or a lost clock pulse left half done: a chip may hold the data line down until it has been
    /// clocked on.
    ///
    /// The START comes first, as soon as the line is free: in the middle of a write it makes the chip drop the bytes that
    /// came. Without it the nine clocks would be one byte more of them, and the STOP would program them (Microchip AN709,
    /// software reset; NXP UM10204, section 3.1.16, bus clear).
    public mutating func recover() {
        pulse(false)
        // A byte and its acknowledgement, whatever the chip is in the middle of.
        var pulses = 0
        while pulses < 18, !start() { pulses += 1 }
        lines.data(true)
        for _ in 0..<9 {
            pulse(true)
            pulse(false)
        }
        start()
        stop()
    }

    /// START, also one that is repeated in the middle of a transfer. Whether the data line was free: while a chip holds
    /// it down there is no START, and everything that is sent looks acknowledged.
    @discardableResult
    public mutating func start() -> Bool {
        lines.data(true)
        pulse(true)
        let isFree = lines.isDataHigh()
        lines.data(false)
        lines.pause()
        pulse(false)
        return isFree
    }

    /// STOP: a chip that was written to begins to program what came.
    public mutating func stop() {
        pulse(false)
        lines.data(false)
        pulse(true)
        lines.data(true)
        lines.pause()
    }

    private mutating func pulse(_ high: Bool) {
        lines.clock(high)
        lines.pause()
    }

    /// Sends a byte, the highest bit first. Whether the chip acknowledged.
    public mutating func send(_ byte: UInt8) -> Bool {
        var rest = byte
        for _ in 0..<8 {
            lines.data(rest & 0x80 != 0)
            rest <<= 1
            pulse(true)
            pulse(false)
        }
        lines.data(true)
        pulse(true)
        let acknowledged = !lines.isDataHigh()
        pulse(false)
        return acknowledged
    }

    /// Reads a byte; `last` is not acknowledged, so that the chip lets the line go.
    public mutating func receive(last: Bool) -> UInt8 {
        var byte: UInt8 = 0
        lines.data(true)
        for _ in 0..<8 {
            pulse(true)
            byte = byte << 1 | (lines.isDataHigh() ? 1 : 0)
            pulse(false)
        }
        lines.data(last)
        pulse(true)
        pulse(false)
        return byte
    }
}
