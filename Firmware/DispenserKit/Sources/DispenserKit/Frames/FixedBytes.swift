/// Bytes in place, up to a capacity fixed at compile time: no heap.
///
/// What other modules call byte by byte is inlinable: where the capacity is not known, all of them are copied for one.
public struct FixedBytes<let capacity: Int>: Sendable {
    @usableFromInline var length = 0
    @usableFromInline var storage = InlineArray<capacity, UInt8>(repeating: 0)

    @inlinable public init() {}

    @inlinable public var count: Int { length }

    @inlinable public var isEmpty: Bool { length == 0 }

    /// Adds a byte at the end; false, and nothing changed, when full.
    @discardableResult
    @inlinable public mutating func append(_ byte: UInt8) -> Bool {
        guard length < capacity else { return false }
        storage[length] = byte
        length += 1
        return true
    }

    /// Appends as many as there is room for.
    mutating func append<let other: Int>(contentsOf bytes: FixedBytes<other>) {
        for index in 0..<bytes.count { append(bytes.storage[index]) }
    }

    @inlinable public mutating func removeAll() { length = 0 }

    /// Keeps the first `kept` bytes.
    @inlinable public mutating func truncate(to kept: Int) {
        if kept >= 0, kept < length { length = kept }
    }

    /// The byte at an index below `count`, or nil.
    @inlinable public func byte(at index: Int) -> UInt8? { index >= 0 && index < length ? storage[index] : nil }

    /// Overwrites the byte at an index below `count`.
    mutating func set(_ byte: UInt8, at index: Int) {
        if index >= 0, index < count { storage[index] = byte }
    }

    @discardableResult
    mutating func append(littleEndian value: UInt16) -> Bool {
        append(UInt8(truncatingIfNeeded: value)) && append(UInt8(truncatingIfNeeded: value >> 8))
    }

    @discardableResult
    mutating func append(littleEndian value: UInt32) -> Bool {
        append(littleEndian: UInt16(truncatingIfNeeded: value))
            && append(littleEndian: UInt16(truncatingIfNeeded: value >> 16))
    }
}

extension FixedBytes: Hashable {
    public static func == (one: Self, other: Self) -> Bool { one.holds(other) }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for index in 0..<count { hasher.combine(storage[index]) }
    }
}
