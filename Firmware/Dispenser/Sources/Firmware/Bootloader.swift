#if BOOTLOADER
import DispenserKit

/// The bootloader: chooses a bank, copies its image into RAM and starts it there. It has no link and writes one mark.
@main enum Program {
    static func main() {
        // An image that hangs before it looks after the watchdog is left by it, too.
        HostBoard.startWatchdog()
        var flash = HostBoard.flash()
        guard let choice = BootChoice(for: HostBoard.target, from: &flash), copy(choice, from: &flash) else {
            // No bank holds an image that runs. The watchdog resets, and the next start looks again.
            while true { CortexM4.sleep() }
        }
        HandOver.leave(choice.report)
        CortexM4.start(programAt: UInt(choice.header.loadAddress))
    }

    private static func copy(_ choice: BootChoice, from flash: inout HostBoard.Flash) -> Bool {
        var offset = 0
        var checksum = CRC32()
        while offset < Int(choice.header.length) {
            guard let unit = try? flash.read(bank: Int(choice.report.bank), at: ImageBank.codeAddress + offset) else {
                return false
            }
            for word in 0..<8 {
                var value: UInt32 = 0
                for byte in 0..<4 {
                    let next = unit.byte(at: word * 4 + byte) ?? 0
                    checksum.update(next)
                    value |= UInt32(next) << UInt32(8 * byte)
                }
                Register(UInt(choice.header.loadAddress) + UInt(offset + word * 4)).value = value
            }
            offset += 32
        }
        return checksum.value == choice.header.codeChecksum
    }
}
#endif
