/// CRC-32 as in ISO 3309 (reflected polynomial 0xEDB88320, start and final XOR 0xFFFFFFFF).
///
/// 32 bits, not CRC-16: an undetected error here is a wrong slot, that is a wrong medicine. Two more bytes cost 0.2 ms
/// at 115200 baud, and the journal needs the same check over records that lie in memory for years. Computed without
/// a table: frames are short, and the table would be 1 kB of flash.
public struct CRC32: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    public init() {}

    public mutating func update(_ byte: UInt8) {
        state ^= UInt32(byte)
        // Without a branch: which way it goes is chance, and a processor that guesses is wrong half of the time.
        for _ in 0..<8 { state = state >> 1 ^ (0xEDB8_8320 & (0 &- (state & 1))) }
    }

    public var value: UInt32 { ~state }
}
