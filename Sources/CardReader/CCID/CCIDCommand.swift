/// A message to the reader on the bulk OUT pipe (USB CCID 1.1 section 6.1).
struct CCIDCommand: Sendable, Hashable {
    enum Request: Sendable, Hashable {
        /// PC_to_RDR_IccPowerOn; bPowerSelect is 0 for automatic, 1 for 5 V, 2 for 3 V, 3 for 1.8 V.
        case powerOn(select: UInt8)
        case powerOff
        case slotStatus
        /// PC_to_RDR_XfrBlock. `level` is wLevelParameter: 0 a whole APDU; 1, 3 and 2 its first, middle and last part;
        /// 0x0010 an empty request for the rest of the answer.
        case transfer(block: [UInt8], level: UInt16)
    }

    static let headerLength = 10

    let request: Request
    let slot: UInt8
    let sequence: UInt8

    var encoded: [UInt8] {
        let (type, block, specific): (UInt8, [UInt8], [UInt8]) =
            switch request {
            case .powerOn(let select): (0x62, [], [select, 0, 0])
            case .powerOff: (0x63, [], [0, 0, 0])
            case .slotStatus: (0x65, [], [0, 0, 0])
            case .transfer(let block, let level):
                (0x6F, block, [0, UInt8(truncatingIfNeeded: level), UInt8(truncatingIfNeeded: level >> 8)])
            }
        let count = UInt32(clamping: block.count)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
        return [type] + length + [slot, sequence] + specific + block
    }

    /// The message type that answers (section 6.2).
    var replyType: UInt8 {
        switch request {
        case .powerOn, .transfer: CCIDReply.dataBlock
        case .powerOff, .slotStatus: CCIDReply.slotStatus
        }
    }
}
