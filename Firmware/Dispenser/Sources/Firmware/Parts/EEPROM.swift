import DispenserKit

/// An AT24C64 at address 0x50, bit by bit: 8 KiB in pages of 32 bytes, of which the journal writes exactly one at once.
///
/// Datasheet: Microchip AT24C64D, sections 6 to 8.
struct EEPROM<Lines: I2CLines>: JournalStorage {
    private static var writeAddress: UInt8 { 0xA0 }
    private static var readAddress: UInt8 { 0xA1 }
    /// A write cycle takes 5 ms at most; one question takes 0.1 ms.
    private static var questions: Int { 200 }

    private var bus: I2CBus<Lines>

    init(lines: consuming Lines) { bus = I2CBus(lines: lines) }

    var pageSize: Int { 4096 }

    mutating func recover() { bus.recover() }

    mutating func read(at address: Int) throws(StorageError) -> JournalBytes {
        defer { bus.stop() }
        try select(address)
        bus.start()
        guard bus.send(Self.readAddress) else { throw StorageError() }
        var bytes = JournalBytes()
        for index in 0..<32 { bytes.append(bus.receive(last: index == 31)) }
        return bytes
    }

    mutating func write(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        try send(bytes, at: address)
        for _ in 0..<Self.questions {
            bus.start()
            let isReady = bus.send(Self.writeAddress)
            bus.stop()
            if isReady { return }
        }
        throw StorageError()
    }

    private mutating func send(_ bytes: JournalBytes, at address: Int) throws(StorageError) {
        defer { bus.stop() }
        try select(address)
        for index in 0..<32 {
            guard bus.send(bytes.byte(at: index) ?? 0xFF) else { throw StorageError() }
        }
    }

    private mutating func select(_ address: Int) throws(StorageError) {
        guard address >= 0, address + 32 <= 2 * pageSize, address % 32 == 0 else { throw StorageError() }
        bus.start()
        guard bus.send(Self.writeAddress), bus.send(UInt8(truncatingIfNeeded: address >> 8)),
            bus.send(UInt8(truncatingIfNeeded: address))
        else { throw StorageError() }
    }
}
