/// One thing the printer said on its bulk-IN stream.
enum PrinterReply: Sendable, Hashable {
    /// The answer to DLE EOT: `0xx1xx10`.
    case realTime(UInt8)
    /// Automatic status: four bytes, the first `0xx1xx00`, the others `0xx0xxxx`.
    case automatic([UInt8])
    /// The answer to a completion fence: `37 22 d1 d2 d3 d4 00`.
    case fence(FenceID)
    /// The answer to DLE DC4 function 8: `37 25 00`.
    case buffersCleared
    /// The answer to GS r 1: `0xx0xxxx`.
    case paper(UInt8)
    /// A byte that fits nothing.
    case noise(UInt8)
}

/// Takes the one IN stream apart by the fixed bits of each kind of reply.
///
/// Replies may be cut anywhere by transfers; at most seven bytes are held. Garbage comes out as `noise`.
struct ReplyDemultiplexer: Sendable {
    private var pending: [UInt8] = []

    mutating func reset() { pending = [] }

    mutating func feed(_ bytes: some Sequence<UInt8>) -> [PrinterReply] {
        var replies: [PrinterReply] = []
        for byte in bytes { take(byte, &replies) }
        return replies
    }

    private mutating func take(_ byte: UInt8, _ replies: inout [PrinterReply]) {
        guard let first = pending.first else { return begin(byte, &replies) }
        if first == Self.blockHeader {
            continueBlock(byte, &replies)
        } else if byte & 0x90 == 0 {
            pending.append(byte)
            guard pending.count == 4 else { return }
            replies.append(.automatic(pending))
            pending = []
        } else if byte & 0x93 == 0x12 {
            replies.append(.realTime(byte))
        } else {
            replies += pending.map(PrinterReply.noise)
            pending = []
            begin(byte, &replies)
        }
    }

    private mutating func begin(_ byte: UInt8, _ replies: inout [PrinterReply]) {
        if byte == Self.blockHeader || byte & 0x93 == 0x10 {
            pending = [byte]
        } else if byte & 0x93 == 0x12 {
            replies.append(.realTime(byte))
        } else if byte & 0x90 == 0 {
            replies.append(.paper(byte))
        } else {
            replies.append(.noise(byte))
        }
    }

    private mutating func continueBlock(_ byte: UInt8, _ replies: inout [PrinterReply]) {
        pending.append(byte)
        if pending == [Self.blockHeader, 0x25, 0x00] {
            replies.append(.buffersCleared)
            pending = []
        } else if pending.count == 7, pending[1] == 0x22, byte == 0 {
            replies.append(.fence(FenceID(wire: Array(pending[2..<6]))))
            pending = []
        } else if !Self.mayBecomeBlock(pending) {
            let rest = pending.dropFirst()
            pending = []
            replies.append(.noise(Self.blockHeader))
            for byte in rest { take(byte, &replies) }
        }
    }

    private static func mayBecomeBlock(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 1 else { return true }
        return switch bytes[1] {
        case 0x22: bytes.count < 7
        case 0x25: bytes.count < 3
        default: false
        }
    }

    private static let blockHeader: UInt8 = 0x37
}
