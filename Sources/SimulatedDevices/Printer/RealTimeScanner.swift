/// Picks the real-time commands out of what arrives, wherever they stand, as a receipt printer does.
///
/// That is the hazard of ESC/POS: bytes that look like one act even inside a picture or a text.
struct RealTimeScanner: Sendable {
    enum Command: Sendable, Hashable {
        case status(UInt8)
        case recover(clearing: Bool)
        case clearBuffers
        case unknown([UInt8])
    }

    private var pending: [UInt8] = []

    mutating func reset() { pending = [] }

    /// The commands found and the bytes that go on into the receive buffer.
    mutating func scan(_ bytes: [UInt8]) -> (commands: [Command], data: [UInt8]) {
        var commands: [Command] = []
        var data: [UInt8] = []
        for byte in bytes {
            if pending.isEmpty, byte != 0x10 {
                data.append(byte)
                continue
            }
            pending.append(byte)
            if let command = Self.command(pending) {
                commands.append(command)
                pending = []
            } else if !Self.mayBecomeCommand(pending) {
                // A second DLE may begin a command of its own.
                let held = byte == 0x10 && pending.count == 2
                data += held ? [0x10] : pending
                pending = held ? [0x10] : []
            }
        }
        return (commands, data)
    }

    private static let clear: [UInt8] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08]

    private static func command(_ bytes: [UInt8]) -> Command? {
        guard bytes.count >= 3 else { return nil }
        switch (bytes[1], bytes[2]) {
        case (0x04, 1...4): return .status(bytes[2])
        case (0x05, 1...2): return .recover(clearing: bytes[2] == 2)
        case (0x14, 8): return bytes.count == clear.count ? (bytes == clear ? .clearBuffers : .unknown(bytes)) : nil
        default: return .unknown(bytes)
        }
    }

    private static func mayBecomeCommand(_ bytes: [UInt8]) -> Bool {
        bytes.count < 2 || [0x04, 0x05, 0x14].contains(bytes[1])
    }
}
