/// A command APDU as a simulated card sees it (ISO 7816-4 section 5.1).
struct SimulatedAPDU {
    let cla: UInt8
    let ins: UInt8
    let p1: UInt8
    let p2: UInt8
    let data: [UInt8]
    /// Le as a count of bytes; nil where the command has none.
    let expected: Int?

    /// Nil for what is none; the extended form counts only with data.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        (cla, ins, p1, p2) = (bytes[0], bytes[1], bytes[2], bytes[3])
        let body = bytes.dropFirst(4)
        guard let first = body.first else {
            (data, expected) = ([], nil)
            return
        }
        if body.count == 1 {
            (data, expected) = ([], Self.count(first))
            return
        }
        if first == 0, body.count > 3 {
            let bytes = Array(body)
            let length = Int(bytes[1]) << 8 | Int(bytes[2])
            guard bytes.count == 3 + length || bytes.count == 5 + length else { return nil }
            data = Array(bytes[3..<3 + length])
            let count = bytes.dropFirst(3 + length).reduce(0) { $0 << 8 | Int($1) }
            expected = bytes.count == 3 + length ? nil : count == 0 ? 65_536 : count
            return
        }
        let rest = body.dropFirst()
        switch rest.count - Int(first) {
        case 0: (data, expected) = (Array(rest), nil)
        case 1: (data, expected) = (Array(rest.dropLast()), rest.last.map(Self.count))
        default: return nil
        }
    }

    private static func count(_ byte: UInt8) -> Int { byte == 0 ? 256 : Int(byte) }
}
