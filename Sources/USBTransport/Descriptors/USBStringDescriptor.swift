/// String descriptors (USB 2.0 section 9.6.7).
enum USBStringDescriptor {
    /// The first language of descriptor 0, or nil where it names none.
    static func firstLanguage(_ bytes: [UInt8]) -> UInt16? {
        guard bytes.count >= 4, bytes[0] >= 4, bytes[1] == 3 else { return nil }
        return UInt16(bytes[3]) << 8 | UInt16(bytes[2])
    }

    /// The text, without control characters and trailing blanks; nil where the descriptor is malformed or empty.
    static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 2, bytes[1] == 3, bytes[0] >= 2, Int(bytes[0]) <= bytes.count, bytes[0] % 2 == 0 else {
            return nil
        }
        let units = stride(from: 2, to: Int(bytes[0]), by: 2).map { UInt16(bytes[$0 + 1]) << 8 | UInt16(bytes[$0]) }
        guard let text = String(validating: units, as: UTF16.self) else { return nil }
        var shown = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        while shown.last?.properties.isWhitespace == true { shown.removeLast() }
        return shown.isEmpty ? nil : String(shown)
    }
}
