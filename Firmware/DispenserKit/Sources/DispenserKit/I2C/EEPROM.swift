/// An AT24C64 at address 0x50, bit by bit: 8 KiB in pages of 32 bytes, of which the journal writes exactly one at once.
///
/// Where a byte is not acknowledged the bus is recovered and everything is done once more: a lost clock pulse must not
/// stop the journal until the next start. The same bytes at the same place may be written twice.
/// Datasheet: Microchip AT24C64D, sections 6 to 8.
public struct EEPROM<Lines: I2CLines>: JournalStorage {
    private static var writeAddress: UInt8 { 0xA0 }
    private static var readAddress: UInt8 { 0xA1 }
    /// A write cycle takes 5 ms at most; one question takes 0.1 ms.
    private static var questions: Int { 200 }

    private var bus: I2CBus<Lines>

    public init(lines: consuming Lines) { bus = I2CBus(lines: lines) }

    public var pageSize: Int { 4096 }

    /// Ends what a reset left half done.
    public mutating func recover() { bus.recover() }

    public mutating func read(at address: Int) throws(StorageError) -> JournalBytes {
        try check(address)
        if let bytes = readOnce(at: address) { return bytes }
        bus.recover()
        if let bytes = readOnce(at: address) { return bytes }
        bus.recover()
        throw StorageError()
    }

    public mutating func write(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        try check(address)
        if writeOnce(bytes, at: address) { return }
        bus.recover()
        if writeOnce(bytes, at: address) { return }
        bus.recover()
        throw StorageError()
    }

    private func check(_ address: Int) throws(StorageError) {
        guard address >= 0, address + 32 <= 2 * pageSize, address % 32 == 0 else { throw StorageError() }
    }

    private mutating func readOnce(at address: Int) -> JournalBytes? {
        guard select(address), bus.start(), bus.send(Self.readAddress) else { return nil }
        var bytes = JournalBytes()
        for index in 0..<32 { bytes.append(bus.receive(last: index == 31)) }
        bus.stop()
        return bytes
    }

    /// A write that was not taken byte for byte gets no STOP, which would program what came of it, wherever the chip
    /// thinks that belongs: `recover` begins with a START, which drops it.
    private mutating func writeOnce(_ bytes: JournalBytes, at address: Int) -> Bool {
        guard select(address) else { return false }
        for index in 0..<32 {
            guard bus.send(bytes.byte(at: index) ?? 0xFF) else { return false }
        }
        bus.stop()
        for _ in 0..<Self.questions {
            let isReady = bus.start() && bus.send(Self.writeAddress)
            bus.stop()
            if isReady { return true }
        }
        return false
    }

    private mutating func select(_ address: Int) -> Bool {
        bus.start() && bus.send(Self.writeAddress) && bus.send(UInt8(truncatingIfNeeded: address >> 8))
            && bus.send(UInt8(truncatingIfNeeded: address))
    }
}
