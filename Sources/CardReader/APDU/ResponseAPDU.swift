/// A response APDU: data and status word. Printing it shows the status word alone.
struct ResponseAPDU: Sendable, Hashable {
    let data: [UInt8]
    let status: StatusWord

    init(data: [UInt8], status: StatusWord) {
        self.data = data
        self.status = status
    }

    /// Nil for fewer than two bytes.
    init?(parsing bytes: [UInt8]) {
        guard bytes.count >= 2 else { return nil }
        let tail = bytes.suffix(2)
        status = StatusWord(rawValue: tail.reduce(0) { $0 << 8 | UInt16($1) })
        data = Array(bytes.dropLast(2))
    }
}

extension ResponseAPDU: CustomStringConvertible, CustomReflectable {
    var description: String { status.description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
