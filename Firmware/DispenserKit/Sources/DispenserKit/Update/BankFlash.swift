/// Two banks of flash memory, each of which holds one firmware image.
///
/// As flash is: erased whole, to 0xFF; written in units of 32 bytes, each once after an erasure. A power loss may leave
/// any part of a unit written and any part of a bank erased. Bank 0 and bank 1.
public protocol BankFlash {
    /// Bytes in a bank: a multiple of 32.
    var bankSize: Int { get }
    mutating func erase(bank: Int) throws(StorageError)
    /// Writes 32 bytes at a multiple of 32.
    mutating func program(_ unit: FlashUnit, bank: Int, at address: Int) throws(StorageError)
    mutating func read(bank: Int, at address: Int) throws(StorageError) -> FlashUnit
}

/// What flash is written by: 32 bytes.
public typealias FlashUnit = FixedBytes<32>

extension FixedBytes {
    /// Whether these are the same bytes.
    func holds<let other: Int>(_ bytes: FixedBytes<other>) -> Bool {
        guard count == bytes.count else { return false }
        for index in 0..<count where byte(at: index) != bytes.byte(at: index) { return false }
        return true
    }

    var isErased: Bool {
        for index in 0..<count where byte(at: index) != 0xFF { return false }
        return true
    }
}

extension BankFlash {
    /// Writes a unit and reads it back.
    mutating func programVerified(_ unit: FlashUnit, bank: Int, at address: Int) throws(StorageError) {
        try program(unit, bank: bank, at: address)
        guard try read(bank: bank, at: address).holds(unit) else { throw StorageError() }
    }
}
