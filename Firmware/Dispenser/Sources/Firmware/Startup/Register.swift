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
