/// Which image was started and why; the bootloader leaves it for the image.
public struct BootReport: Sendable, Hashable {
    public var bank: UInt8
    /// Started for the first time: unless it is confirmed, the next start goes back to the other bank.
    public var isTrial: Bool
    /// A newer image that was left aside, because it was never confirmed or is damaged; 0.0.0 where there is none.
    public var abandoned: FirmwareVersion

    public init(bank: UInt8, isTrial: Bool, abandoned: FirmwareVersion = FirmwareVersion(major: 0, minor: 0, patch: 0))
    {
        self.bank = bank
        self.isTrial = isTrial
        self.abandoned = abandoned
    }

    private static var magic: UInt32 { 0x544F_4F42 }

    /// As it is left in memory.
    public var words: InlineArray<4, UInt32> {
        let what = UInt32(bank) | (isTrial ? 1 << 8 : 0)
        let version = UInt32(abandoned.major) << 16 | UInt32(abandoned.minor) << 8 | UInt32(abandoned.patch)
        return [Self.magic, what, version, ~(Self.magic &+ what &+ version)]
    }

    /// Nil where no bootloader left this.
    public init?(_ words: InlineArray<4, UInt32>) {
        guard words[0] == Self.magic, words[3] == ~(Self.magic &+ words[1] &+ words[2]), words[1] & 0xFF < 2 else {
            return nil
        }
        self.init(
            bank: UInt8(words[1] & 1), isTrial: words[1] & 1 << 8 != 0,
            abandoned: FirmwareVersion(
                major: UInt8(truncatingIfNeeded: words[2] >> 16), minor: UInt8(truncatingIfNeeded: words[2] >> 8),
                patch: UInt8(truncatingIfNeeded: words[2])))
    }
}
