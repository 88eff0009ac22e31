import DispenserKit

/// The words that the bootloader leaves for the image, above the stack: no start-up code clears them.
enum HandOver {
    private static var address: UInt { 0x2001_BFC0 }

    static func leave(_ report: BootReport) {
        let words = report.words
        for index in 0..<4 { Register(address + UInt(index) * 4).value = words[index] }
    }

    /// What was left. An image that no bootloader started takes itself for the one in bank 0.
    static func take() -> BootReport {
        var words = InlineArray<4, UInt32>(repeating: 0)
        for index in 0..<4 { words[index] = Register(address + UInt(index) * 4).value }
        return BootReport(words) ?? BootReport(bank: 0, isTrial: false)
    }
}
