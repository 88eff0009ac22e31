import _Volatile

// What the compiler calls and a C library would bring. Volatile, so that the loops are not made into calls to
// themselves. There is no posix_memalign: anything that needs a heap does not link.

@c(__aeabi_memclr) public func aeabiMemclr(_ target: UInt, _ count: UInt) { fill(target, count, 0) }
@c(__aeabi_memclr4) public func aeabiMemclr4(_ target: UInt, _ count: UInt) { fill(target, count, 0) }
@c(__aeabi_memclr8) public func aeabiMemclr8(_ target: UInt, _ count: UInt) { fill(target, count, 0) }

/// The order of the arguments is the ABI's: count before value (Run-time ABI for the Arm architecture, 4.3.4).
@c(__aeabi_memset) public func aeabiMemset(_ target: UInt, _ count: UInt, _ value: UInt32) {
    fill(target, count, UInt8(truncatingIfNeeded: value))
}
@c(__aeabi_memset4) public func aeabiMemset4(_ target: UInt, _ count: UInt, _ value: UInt32) {
    fill(target, count, UInt8(truncatingIfNeeded: value))
}
@c(__aeabi_memset8) public func aeabiMemset8(_ target: UInt, _ count: UInt, _ value: UInt32) {
    fill(target, count, UInt8(truncatingIfNeeded: value))
}

@c(__aeabi_memcpy) public func aeabiMemcpy(_ target: UInt, _ source: UInt, _ count: UInt) {
    copy(target, source, count)
}
@c(__aeabi_memcpy4) public func aeabiMemcpy4(_ target: UInt, _ source: UInt, _ count: UInt) {
    copy(target, source, count)
}
@c(__aeabi_memcpy8) public func aeabiMemcpy8(_ target: UInt, _ source: UInt, _ count: UInt) {
    copy(target, source, count)
}
@c(__aeabi_memmove) public func aeabiMemmove(_ target: UInt, _ source: UInt, _ count: UInt) {
    move(target, source, count)
}
@c(__aeabi_memmove4) public func aeabiMemmove4(_ target: UInt, _ source: UInt, _ count: UInt) {
    move(target, source, count)
}

/// Shifts of 64-bit numbers by an amount that is not known beforehand (4.2).
@c(__aeabi_llsr) public func aeabiLlsr(_ value: UInt64, _ shift: UInt32) -> UInt64 {
    let (high, low) = (UInt32(truncatingIfNeeded: value >> 32), UInt32(truncatingIfNeeded: value))
    if shift == 0 { return value }
    if shift >= 32 { return UInt64(high >> (shift &- 32)) }
    return UInt64(high >> shift) << 32 | UInt64(low >> shift | high << (32 &- shift))
}
@c(__aeabi_llsl) public func aeabiLlsl(_ value: UInt64, _ shift: UInt32) -> UInt64 {
    let (high, low) = (UInt32(truncatingIfNeeded: value >> 32), UInt32(truncatingIfNeeded: value))
    if shift == 0 { return value }
    if shift >= 32 { return UInt64(low << (shift &- 32)) << 32 }
    return UInt64(high << shift | low >> (32 &- shift)) << 32 | UInt64(low << shift)
}

@inline(__always) private func byte(_ address: UInt) -> VolatileMappedRegister<UInt8> {
    VolatileMappedRegister(unsafeBitPattern: address)
}

private func fill(_ target: UInt, _ count: UInt, _ value: UInt8) {
    var index: UInt = 0
    while index < count {
        byte(target &+ index).store(value)
        index &+= 1
    }
}

private func copy(_ target: UInt, _ source: UInt, _ count: UInt) {
    var index: UInt = 0
    while index < count {
        byte(target &+ index).store(byte(source &+ index).load())
        index &+= 1
    }
}

private func move(_ target: UInt, _ source: UInt, _ count: UInt) {
    guard target > source else { return copy(target, source, count) }
    var index = count
    while index > 0 {
        index &-= 1
        byte(target &+ index).store(byte(source &+ index).load())
    }
}
