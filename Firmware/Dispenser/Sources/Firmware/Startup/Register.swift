import DispenserKit
import _Volatile

/// A 32-bit register of a peripheral.
struct Register {
    private let pointer: VolatileMappedRegister<UInt32>

    init(_ address: UInt) { pointer = VolatileMappedRegister(unsafeBitPattern: address) }

    var value: UInt32 {
        get { pointer.load() }
        nonmutating set { pointer.store(newValue) }
    }

    func set(_ bits: UInt32) { value |= bits }
    func clear(_ bits: UInt32) { value &= ~bits }
}

extension FixedBytes {
    /// As many bytes as there is room for, from memory that is read by words.
    init(wordsAt address: UInt) {
        self.init()
        for word in 0..<UInt(capacity / 4) {
            let value = Register(address + word * 4).value
            for byte in 0..<4 { append(UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))) }
        }
    }
}
