/// A message from the reader on the bulk IN pipe (USB CCID 1.1 section 6.2).
struct CCIDReply: Sendable, Hashable {
    /// bmCommandStatus, bits 6 and 7 of bStatus.
    enum Outcome: Sendable, Hashable {
        case done
        /// bError: what went wrong (table 6.2-2).
        case failed(UInt8)
        /// The reader needs longer; bError multiplies the waiting time.
        case timeExtension(UInt8)
    }

    /// Why bytes are no reply.
    enum FormatError: Error, Sendable, Hashable {
        case truncated(Int)
        case lengthMismatch(declared: UInt32, received: Int)
        case badStatus(UInt8)
    }

    static let dataBlock: UInt8 = 0x80
    static let slotStatus: UInt8 = 0x81

    let type: UInt8
    let slot: UInt8
    let sequence: UInt8
    /// bmICCStatus, bits 0 and 1 of bStatus.
    let card: CardState
    let outcome: Outcome
    /// Byte 9: bChainParameter of a data block, bClockStatus of a slot status.
    let parameter: UInt8
    let data: [UInt8]

    /// Parses one whole transfer; dwLength must be exactly what follows the header.
    init(parsing bytes: [UInt8]) throws(FormatError) {
        guard bytes.count >= CCIDCommand.headerLength else { throw .truncated(bytes.count) }
        let declared = bytes[1...4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let received = bytes.count - CCIDCommand.headerLength
        guard declared == UInt32(clamping: received) else {
            throw .lengthMismatch(declared: declared, received: received)
        }
        let status = bytes[7]
        guard let card = CardState(rawValue: status & 0x03) else { throw .badStatus(status) }
        switch status >> 6 {
        case 0: outcome = .done
        case 1: outcome = .failed(bytes[8])
        case 2: outcome = .timeExtension(bytes[8])
        default: throw .badStatus(status)
        }
        type = bytes[0]
        slot = bytes[5]
        sequence = bytes[6]
        self.card = card
        parameter = bytes[9]
        data = Array(bytes[CCIDCommand.headerLength...])
    }
}

extension CCIDReply.FormatError: CustomStringConvertible {
    var description: String {
        switch self {
        case .truncated(let count): "a reply of \(count) bytes"
        case .lengthMismatch(let declared, let received): "dwLength \(declared), but \(received) bytes follow"
        case .badStatus(let status): "bStatus \(hex(status))"
        }
    }
}

/// `0x0B`.
func hex(_ byte: UInt8) -> String { "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }
