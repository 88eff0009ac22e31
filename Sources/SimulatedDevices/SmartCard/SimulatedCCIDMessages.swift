/// A PC_to_RDR message as a simulated reader sees it (USB CCID 1.1 section 6.1).
struct SimulatedCCIDCommand {
    let type: UInt8
    let slot: UInt8
    let sequence: UInt8
    /// bPowerSelect of PC_to_RDR_IccPowerOn.
    let select: UInt8
    /// wLevelParameter of PC_to_RDR_XfrBlock.
    let level: UInt16
    let data: [UInt8]

    /// Nil where header and length do not fit what came.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 10 else { return nil }
        let length = bytes[1...4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard Int(length) == bytes.count - 10 else { return nil }
        type = bytes[0]
        slot = bytes[5]
        sequence = bytes[6]
        select = bytes[7]
        level = UInt16(bytes[8]) | UInt16(bytes[9]) << 8
        data = Array(bytes.dropFirst(10))
    }
}

/// RDR_to_PC messages (USB CCID 1.1 section 6.2).
enum SimulatedCCIDReply {
    static func frame(
        _ type: UInt8, _ command: SimulatedCCIDCommand, status: UInt8, error: UInt8 = 0, parameter: UInt8 = 0,
        data: [UInt8] = []
    ) -> [UInt8] {
        frame(
            type, slot: command.slot, sequence: command.sequence, status: status, error: error, parameter: parameter,
            data: data)
    }

    static func frame(
        _ type: UInt8, slot: UInt8 = 0, sequence: UInt8, status: UInt8, error: UInt8 = 0, parameter: UInt8 = 0,
        data: [UInt8] = []
    ) -> [UInt8] {
        let count = UInt32(clamping: data.count)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
        return [type] + length + [slot, sequence, status, error, parameter] + data
    }
}
