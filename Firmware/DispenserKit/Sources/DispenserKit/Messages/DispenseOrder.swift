/// One numbered order: so many boxes from one slot, or none: then its motor is only turned home.
public struct DispenseOrder: Sendable, Hashable {
    /// Boxes that one order may ask for at most.
    public static let maximumCount: UInt8 = 9

    public let transaction: UInt32
    public let slot: UInt16
    public let count: UInt8

    /// Whether it only turns the motor home.
    public var isHoming: Bool { count == 0 }

    public init(transaction: UInt32, slot: UInt16, count: UInt8) {
        self.transaction = transaction
        self.slot = slot
        self.count = count
    }
}
