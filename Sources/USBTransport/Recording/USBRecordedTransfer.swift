/// One transfer, or one act on the connection, of a recording.
public struct USBRecordedTransfer: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, Hashable {
        case claim, release, control, write, read, close
        case clearHalt = "clear-halt"
    }

    /// Seconds from the start of the recording to its end.
    public let at: Double
    public let kind: Kind
    /// The interface's number, or the endpoint's address.
    public let target: UInt8?
    /// bmRequestType, bRequest, wValue, wIndex and the bytes asked for; of control transfers.
    public let setup: [Int]?
    /// Bytes to the device.
    public var out: RecordedBytes?
    /// Bytes from the device.
    public var `in`: RecordedBytes?
    /// How many of `out` the device took, where that is not all.
    public let taken: Int?
    /// `timeout`, `stall`, `no-device`, …; nil where it went well.
    public let error: String?

    public init(
        at: Double, kind: Kind, target: UInt8? = nil, setup: [Int]? = nil, out: [UInt8]? = nil,
        in input: [UInt8]? = nil,
        taken: Int? = nil, error: String? = nil
    ) {
        self.at = at
        self.kind = kind
        self.target = target
        self.setup = setup
        self.out = out.map(RecordedBytes.init)
        self.in = input.map(RecordedBytes.init)
        self.taken = taken
        self.error = error
    }
}

/// Bytes that a file shows as hexadecimal digits.
public struct RecordedBytes: Codable, Sendable, Hashable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Nil where the text is no even number of hexadecimal digits.
    public init?(hexadecimal text: String) {
        guard let bytes = HexText.decode(text) else { return nil }
        self.bytes = bytes
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = HexText.decode(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no hexadecimal digits")
        }
        self.bytes = bytes
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(HexText.encode(bytes))
    }
}

/// Bytes as lower-case hexadecimal digits.
enum HexText {
    static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [digit($0 >> 4), digit($0 & 0x0F)] }, as: UTF8.self)
    }

    /// Nil where the text is no even number of digits.
    static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        let values = digits.compactMap(\.self)
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
