/// A command APDU (ISO 7816-4 section 5.1). Printing it shows its header alone: the data may be a PIN.
struct CommandAPDU: Sendable, Hashable {
    let cla: UInt8
    let ins: UInt8
    let p1: UInt8
    let p2: UInt8
    let data: [UInt8]
    /// Le: 0 asks for up to 256 bytes, nil for none.
    let expected: UInt8?

    init(_ cla: UInt8, _ ins: UInt8, _ p1: UInt8, _ p2: UInt8, data: [UInt8] = [], expected: UInt8? = nil) {
        self.cla = cla
        self.ins = ins
        self.p1 = p1
        self.p2 = p2
        self.data = data
        self.expected = expected
    }

    /// The most data of the short form.
    static let longestShort = 255

    /// In the short form, or in the extended one where the data needs it; nil above 65 535 bytes.
    ///
    /// In the extended form Le 0 asks for up to 65 536 bytes, any other for as many as it says.
    var encoded: [UInt8]? {
        guard let length = UInt16(exactly: data.count) else { return nil }
        guard data.count > Self.longestShort else {
            let body = data.isEmpty ? [] : [UInt8(data.count)] + data
            return [cla, ins, p1, p2] + body + (expected.map { [$0] } ?? [])
        }
        let header = [cla, ins, p1, p2, 0, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
        return header + data + (expected.map { [0, $0] } ?? [])
    }

    /// The same command in several of the short form: all but the last carry the chaining bit and no Le.
    var chained: [CommandAPDU] {
        let starts = Array(stride(from: 0, to: data.count, by: Self.longestShort))
        return starts.map { start in
            let part = Array(data[start..<min(start + Self.longestShort, data.count)])
            let isLast = start == starts.last
            return CommandAPDU(isLast ? cla : cla | 0x10, ins, p1, p2, data: part, expected: isLast ? expected : nil)
        }
    }

    func expecting(_ length: UInt8) -> CommandAPDU { CommandAPDU(cla, ins, p1, p2, data: data, expected: length) }

    /// SELECT by AID (section 7.1.1).
    static func select(application: [UInt8], expected: UInt8? = nil) -> CommandAPDU {
        CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: application, expected: expected)
    }
}

extension CommandAPDU: CustomStringConvertible, CustomReflectable {
    var description: String { "APDU " + [cla, ins, p1, p2].map(hex).joined(separator: " ") }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
