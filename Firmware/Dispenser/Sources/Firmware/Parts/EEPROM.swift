import DispenserKit

/// The two wires of an I2C bus, pulled up; false pulls down.
protocol I2CLines {
    mutating func clock(_ high: Bool)
    mutating func data(_ high: Bool)
    mutating func isDataHigh() -> Bool
    /// Half a period of the clock: 5 µs for 100 kHz.
    mutating func pause()
}

/// An AT24C64 at address 0x50, bit by bit: 8 KiB in pages of 32 bytes, of which the journal writes exactly one at once.
///
/// Datasheet: Microchip AT24C64D, sections 6 to 8.
struct EEPROM<Lines: I2CLines>: JournalStorage {
    private static var writeAddress: UInt8 { 0xA0 }
    private static var readAddress: UInt8 { 0xA1 }
    /// A write cycle takes 5 ms at most; one question takes 0.1 ms.
    private static var questions: Int { 200 }

    private var lines: Lines

    init(lines: consuming Lines) { self.lines = lines }

    var pageSize: Int { 4096 }

    /// Ends what a reset left half done: the chip may hold the data line down until it has been clocked on.
    mutating func recover() {
        lines.data(true)
        for _ in 0..<9 {
            pulse(false)
            pulse(true)
        }
        stop()
    }

    mutating func read(at address: Int) throws(StorageError) -> JournalBytes {
        defer { stop() }
        try select(address)
        start()
        guard send(Self.readAddress) else { throw StorageError() }
        var bytes = JournalBytes()
        for index in 0..<32 { bytes.append(receive(last: index == 31)) }
        return bytes
    }

    mutating func write(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        try send(bytes, at: address)
        for _ in 0..<Self.questions {
            start()
            let isReady = send(Self.writeAddress)
            stop()
            if isReady { return }
        }
        throw StorageError()
    }

    private mutating func send(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        defer { stop() }
        try select(address)
        for index in 0..<32 {
            guard send(bytes.byte(at: index) ?? 0xFF) else { throw StorageError() }
        }
    }

    private mutating func select(_ address: Int) throws(StorageError) {
        guard address >= 0, address + 32 <= 2 * pageSize, address % 32 == 0 else { throw StorageError() }
        start()
        guard send(Self.writeAddress), send(UInt8(truncatingIfNeeded: address >> 8)),
            send(UInt8(truncatingIfNeeded: address))
        else { throw StorageError() }
    }

    // MARK: Bits

    private mutating func start() {
        lines.data(true)
        pulse(true)
        lines.data(false)
        lines.pause()
        pulse(false)
    }

    private mutating func stop() {
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

    /// Whether the chip acknowledged.
    private mutating func send(_ byte: UInt8) -> Bool {
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

    private mutating func receive(last: Bool) -> UInt8 {
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
