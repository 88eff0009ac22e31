/// A command to the security module of a resident ID card reader (GA/T 467-2019).
enum SAMCommand: Sendable, Hashable, CaseIterable {
    case reset, status, moduleNumber, findCard, selectCard, readTextAndPhoto

    static let preamble: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69]

    /// CMD and Para.
    var code: [UInt8] {
        switch self {
        case .reset: [0x10, 0xFF]
        case .status: [0x11, 0xFF]
        case .moduleNumber: [0x12, 0xFF]
        case .findCard: [0x20, 0x01]
        case .selectCard: [0x20, 0x02]
        case .readTextAndPhoto: [0x30, 0x01]
        }
    }

    /// The status that says that it was done, and how many bytes of data come with it.
    var success: (status: SAMStatus, dataLength: Int) {
        switch self {
        case .reset, .status: (.done, 0)
        case .moduleNumber: (.done, 16)
        case .findCard: (.found, 4)
        case .selectCard: (.done, 8)
        case .readTextAndPhoto: (.done, 4 + ResidentRecord.length + ResidentReading.photoLength)
        }
    }

    /// The frame: `AA AA AA 96 69 | Len BE16 | CMD Para | XOR`; Len counts CMD to XOR, XOR covers Len to Para.
    var encoded: [UInt8] {
        let body = [0x00, UInt8(code.count + 1)] + code
        return Self.preamble + body + [body.reduce(0, ^)]
    }
}
