import DispenserKit

/// Two banks that outlive the controller, whose power can be cut in the middle of an erasure or a write.
final class FlashCells {
    static let bankSize = 1024

    var banks = [[UInt8]](repeating: [UInt8](repeating: 0xFF, count: FlashCells.bankSize), count: 2)
    /// Erasures and writes until power is cut, and which part of the last one still happens, in sixteenths.
    var cut: (after: Int, part: Int)?
    var isOff = false
    private(set) var changes = 0
    /// Bits that somebody wanted to set without an erasure.
    private(set) var overwritten = 0

    func restore() { isOff = false }

    func erase(_ bank: Int) throws(StorageError) {
        let part = try power()
        for index in 0..<Self.bankSize * part / 16 { banks[bank][index] = 0xFF }
        if isOff { throw StorageError() }
    }

    func program(_ unit: FlashUnit, _ bank: Int, _ address: Int) throws(StorageError) {
        guard address >= 0, address % 32 == 0, address + 32 <= Self.bankSize else { throw StorageError() }
        let part = try power()
        for index in 0..<2 * part {
            let old = banks[bank][address + index]
            let new = unit.byte(at: index) ?? 0xFF
            if old & new != new { overwritten += 1 }
            banks[bank][address + index] = old & new
        }
        if isOff { throw StorageError() }
    }

    /// How much of a change happens, in sixteenths.
    private func power() throws(StorageError) -> Int {
        guard !isOff else { throw StorageError() }
        defer { changes += 1 }
        guard let cut, changes == cut.after else { return 16 }
        isOff = true
        return cut.part
    }
}

struct MemoryFlash: BankFlash {
    let cells: FlashCells
    var bankSize: Int { FlashCells.bankSize }

    func erase(bank: Int) throws(StorageError) { try cells.erase(bank) }

    func program(_ unit: FlashUnit, bank: Int, at address: Int) throws(StorageError) {
        try cells.program(unit, bank, address)
    }

    func read(bank: Int, at address: Int) throws(StorageError) -> FlashUnit {
        guard !cells.isOff, address >= 0, address + 32 <= bankSize else { throw StorageError() }
        var unit = FlashUnit()
        for index in 0..<32 { unit.append(cells.banks[bank][address + index]) }
        return unit
    }
}
