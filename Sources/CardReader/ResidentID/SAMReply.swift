/// One reply of a security module: `AA AA AA 96 69 | Len BE16 | SW1 SW2 SW3 | Data | XOR` (GA/T 467-2019).
struct SAMReply: Sendable, Hashable {
    /// Why bytes are no reply.
    struct Malformed: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// SW3; SW1 and SW2 are 00.
    let status: UInt8
    let data: [UInt8]

    /// Len counts the three status bytes, the data and XOR. The longest reply has a photo and two fingerprints.
    static let shortest = 4
    static let longest = 2321 - 7

    /// Takes what stands behind the preamble: Len to XOR, whole.
    init(parsing bytes: [UInt8]) throws(Malformed) {
        let length = try Self.length(of: bytes)
        guard bytes.count == 2 + length else { throw Malformed(description: "\(bytes.count - 2) bytes, not \(length)") }
        guard bytes.reduce(0, ^) == 0 else { throw Malformed(description: "the checksum is wrong") }
        guard bytes[2] == 0, bytes[3] == 0 else { throw Malformed(description: "SW1 SW2 are not 00 00") }
        status = bytes[4]
        data = Array(bytes[5..<(bytes.count - 1)])
    }

    /// Len, checked; `bytes` begin with it.
    static func length(of bytes: some Collection<UInt8>) throws(Malformed) -> Int {
        let head = Array(bytes.prefix(2))
        guard head.count == 2 else { throw Malformed(description: "cut in its length") }
        let length = Int(head[0]) << 8 | Int(head[1])
        guard (shortest...longest).contains(length) else { throw Malformed(description: "a length of \(length)") }
        return length
    }
}

/// Finds the replies in a serial line's bytes, however they are cut into packets; never holds more than one and a half.
struct SAMReplyAssembler: Sendable {
    /// The most bytes skipped in search of a preamble.
    private static let maximumNoise = 4096

    private var bytes: [UInt8] = []
    private var skipped = 0

    var isEmpty: Bool { bytes.isEmpty }

    mutating func append(_ more: [UInt8]) { bytes += more }

    /// The next whole reply, or nil where more bytes are needed.
    mutating func next() throws(SAMReply.Malformed) -> SAMReply? {
        try skipNoise()
        let preamble = SAMCommand.preamble.count
        guard bytes.count >= preamble + 2 else { return nil }
        let rest = bytes[preamble...]
        let length = try SAMReply.length(of: rest)
        guard rest.count >= 2 + length else { return nil }
        let frame = Array(rest.prefix(2 + length))
        bytes.removeFirst(preamble + 2 + length)
        return try SAMReply(parsing: frame)
    }

    private mutating func skipNoise() throws(SAMReply.Malformed) {
        var start = 0
        while start < bytes.count, !Self.agrees(bytes[start...]) { start += 1 }
        bytes.removeFirst(start)
        skipped += start
        guard skipped <= Self.maximumNoise else { throw SAMReply.Malformed(description: "noise without end") }
    }

    /// Whether these bytes are a preamble as far as they go.
    private static func agrees(_ bytes: ArraySlice<UInt8>) -> Bool {
        zip(bytes, SAMCommand.preamble).allSatisfy { $0 == $1 }
    }
}
