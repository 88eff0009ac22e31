/// The IEEE 1284 device id that GET_DEVICE_ID gives: who made the printer and what it calls itself.
///
/// Information for people only: models are not told apart by it.
public struct DeviceIdentifier: Sendable, Hashable {
    public let manufacturer: String?
    public let model: String?
    /// The languages that it says it speaks, for example `ESC/POS`.
    public let commandSets: [String]

    /// Parses a whole reply: a two-byte length that counts itself, big-endian by IEEE 1284 section 7.6, little-endian
    /// from some printers, then `KEY:value;…`. Nil for a reply shorter than 14 bytes or one whose length fits neither
    /// way.
    init?(reply: [UInt8]) {
        guard reply.count >= 14 else { return nil }
        let big = Int(reply[0]) << 8 | Int(reply[1])
        let little = Int(reply[1]) << 8 | Int(reply[0])
        guard let length = [big, little].first(where: { (14...reply.count).contains($0) }) else { return nil }
        var fields: [String: String] = [:]
        for field in reply[2..<length].split(separator: UInt8(ascii: ";")) {
            let parts = field.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[Self.text(parts[0]).uppercased()] = Self.text(parts[1])
        }
        manufacturer = fields["MFG"] ?? fields["MANUFACTURER"]
        model = fields["MDL"] ?? fields["MODEL"]
        commandSets = (fields["CMD"] ?? fields["COMMAND SET"] ?? "").split(separator: ",").map(String.init)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let visible = bytes.filter { $0 >= 0x20 && $0 < 0x7F }
        let trimmed = visible.drop { $0 == 0x20 }
        return String(decoding: trimmed, as: UTF8.self)
    }
}
