/// Rules for transaction numbers, which only ever grow.
public enum TransactionNumber {
    /// How far above the high-water mark a number may be: one wrong number must not use up all that are left.
    public static let maximumStep: UInt32 = 1 << 24

    /// Whether a number above the high-water mark may be used next.
    public static func isUsable(_ number: UInt32, above highWaterMark: UInt32) -> Bool {
        number > highWaterMark && number != .max && number - highWaterMark <= maximumStep
    }
}
