/// Bytes in place, up to a capacity fixed at compile time: no heap.
public struct FixedBytes<let capacity: Int>: Sendable {
    public private(set) var count = 0
    private var storage = InlineArray<capacity, UInt8>(repeating: 0)

    public init() {}

    public var isEmpty: Bool { count == 0 }

    /// Adds a byte at the end; false, and nothing changed, when full.
    @discardableResult
    public mutating func append(_ byte: UInt8) -> Bool {
        guard count < capacity else { return false }
        storage[count] = byte
        count += 1
        return true
    }

    /// Appends as many as there is room for.
    mutating func append<let other: Int>(contentsOf bytes: FixedBytes<other>) {
        for index in 0..<bytes.count { append(bytes.storage[index]) }
    }

    public mutating func removeAll() { count = 0 }

    /// Keeps the first `length` bytes.
    public mutating func truncate(to length: Int) {
        if length >= 0, length < count { count = length }
    }

    /// The byte at an index below `count`, or nil.
    public func byte(at index: Int) -> UInt8? { index >= 0 && index < count ? storage[index] : nil }

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
